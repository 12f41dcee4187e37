-- What each system writes once: master data, the general ledger, rates, and the bureau's files.
-- file: erp/companies.csv
select * from (values ('1000', '三江重工机械有限公司', 'CNY', null), ('2000', '三江融资租赁有限公司', 'CNY', 'leasing'), ('3000', '三江配件服务有限公司', 'CNY', 'wholesale_retail')) as companies(公司代码, 公司名称, 本位币, 行业基准);

-- file: erp/customers.csv
with accounts as (
    select home_company as company_code, customer_code as account_code, credit_limit as account_limit, * from customers
    union all
    select second_company, customer_code, credit_limit, * from customers where second_company is not null
    union all
    select home_company, old_code, null, * from customers where old_code is not null and second_company is null
)
select company_code as 公司代码, account_code as 客户编号, customer_name as 客户名称,
    case
        when draw('credit code on file', customer_no) < 0.004 then left(credit_code, 17) || case right(credit_code, 1) when '0' then '1' else '0' end
        when draw('credit code on file', customer_no) < 0.96 then credit_code
    end as 统一社会信用代码, segment_code as 客户细分, industry_code as 行业,
    country_code as 国家, salesperson_code as 销售员, terms_days as 付款天数, account_limit as 信用额度, strftime(customer_since, '%Y%m%d') as 合作起始日
from accounts order by company_code, account_code;

-- file: erp/ar_documents_valuation.csv
-- At each half year's end the ERP values open foreign money at the rate of the day, and takes it back the next day.
select company_code as 公司代码, document_no as 凭证号, 'FX' as 凭证类型, customer_code as 客户编号, strftime(posted_on, '%Y%m%d') as 凭证日期, strftime(posted_on, '%Y%m%d') as 记账日期,
    null::varchar as 到期日, 'CNY' as 币种, case when amount < 0 then 'H' else 'S' end as 借贷标识, format('{:,.2f}', abs(amount)) as 金额,
    1.0::decimal(18, 4) as 汇率, null::varchar as 订单号, null::varchar as 参考凭证号, null::varchar as 销售员, null::varchar as 销售方式, strftime(posted_on, '%Y%m%d') as 录入日期
from valuation_postings order by company_code, document_no;

-- file: erp/ar_clearing_valuation.csv
select posted.company_code as 公司代码, 'CLV' || posted.document_no as 核销号, case when posted.amount < 0 then posted.document_no else taken_back.document_no end as 贷方凭证,
    case when posted.amount < 0 then taken_back.document_no else posted.document_no end as 借方凭证, null::integer as 期次, strftime(taken_back.posted_on, '%Y%m%d') as 核销日期,
    format('{:,.2f}', abs(posted.amount)) as 核销金额
from valuation_postings as posted
inner join valuation_postings as taken_back on posted.company_code = taken_back.company_code and posted.document_no = replace(taken_back.document_no, '-R', '') and taken_back.is_taken_back and not posted.is_taken_back
order by 公司代码, 核销号;

-- file: erp/sales_orders_first.csv
-- First orders of customers that have bought nothing yet.
select home_company as 公司代码, 'SF' || lpad(customer_no::varchar, 10, '0') as 订单号, customer_code as 客户编号, strftime(customer_since + 2, '%Y%m%d') as 下单日期,
    strftime(getvariable('ends_on')::date + between_days(10, 60, 'first delivery', customer_no), '%Y%m%d') as 要求交货日, currency_code as 币种,
    format('{:,.2f}', round(50000 + 900000 * draw('first order', customer_no), 2)) as 订单金额, rate_on(currency_code, customer_since) as 汇率,
    null::varchar as 交货日, null::varchar as 交货金额, null::varchar as 关闭日
from customers where is_prospect order by 订单号;

-- file: erp/sales_orders_redelivered.csv
-- Half of the orders that were keyed with a negative amount, delivered once more as they should have been.
select company_code as 公司代码, order_no as 订单号, customer_code as 客户编号, strftime(ordered_on, '%Y%m%d') as 下单日期, strftime(sold_on, '%Y%m%d') as 要求交货日,
    currency_code as 币种, format('{:,.2f}', amount) as 订单金额, fx_rate as 汇率, strftime(sold_on, '%Y%m%d') as 交货日, null::varchar as 交货金额,
    case when sold_on + 14 <= getvariable('ends_on')::date then strftime(sold_on + 14, '%Y%m%d') end as 关闭日
from wrong_orders order by 订单号;

-- file: erp/gl_control_balances.csv
with month_ends as (
    select unnest(generate_series(getvariable('starts_on')::date, getvariable('ends_on')::date, interval 1 month)) + interval 1 month - interval 1 day as balance_date
),
closings as (
    select keys.company_code, keys.currency_code, month_ends.balance_date::date as balance_date,
        coalesce(sum(monthly_totals.amount) over (partition by keys.company_code, keys.currency_code order by month_ends.balance_date), 0) as balance
    from (select distinct company_code, currency_code from monthly_totals) as keys
    cross join month_ends
    left join (
        select company_code, currency_code, posting_month, sum(amount) as amount from monthly_totals group by all
    ) as monthly_totals
        on monthly_totals.company_code = keys.company_code and monthly_totals.currency_code = keys.currency_code
        and monthly_totals.posting_month = date_trunc('month', month_ends.balance_date)
)
select company_code as 公司代码, '1122' as 科目, strftime(balance_date, '%Y%m%d') as 余额日期, currency_code as 币种,
    case when balance < 0 then 'H' else 'S' end as 借贷标识, format('{:,.2f}', abs(balance)::decimal(18, 2)) as 余额
from closings where balance_date <= getvariable('ends_on')::date order by all;

-- file: erp/fx_rates_eur.csv
select 'EUR' as 币种, 'CNY' as 本位币, strftime(day, '%Y%m%d') as 汇率日期, rate_on('EUR', day) as 汇率
from unnest(generate_series(getvariable('starts_on')::date, getvariable('ends_on')::date, interval 1 month)) as days(day) order by day;

-- file: erp/fx_rates_usd.csv
select 'USD' as 币种, 'CNY' as 本位币, strftime(day, '%Y%m%d') as 汇率日期, rate_on('USD', day) as 汇率
from unnest(generate_series(getvariable('starts_on')::date, getvariable('ends_on')::date, interval 1 month)) as days(day) order by day;

-- file: crm/accounts.xlsx
-- The CRM writes names its own way, drops leading zeros, has no credit code for one account in four and no ERP number for one in five.
select 'A' || lpad(customer_no::varchar, 7, '0') as 客户账号,
    case when draw('crm name', customer_no) < 0.2 then short_name when draw('crm name', customer_no) < 0.3 then replace(customer_name, '有限公司', '(有限公司)')
        when draw('crm name', customer_no) < 0.5 then left(short_name, 3) || '市' || substr(short_name, 4) || '有限公司' else customer_name end as 客户名称,
    case when draw('crm credit code', customer_no) < 0.75 then credit_code end as 统一社会信用代码,
    home_company as 公司代码, case when draw('crm erp number', customer_no) < 0.8 then (customer_no + 100000)::varchar end as ERP编号, 'M' || lpad((customer_no % 20 + 1)::varchar, 3, '0') as 客户经理,
    strftime(customer_since, '%Y-%m-%d') as 建档日期
from customers where draw('in crm', customer_no) < 0.98 order by customer_no;

-- file: erp/statement_confirmations.csv
-- Most customers seal their statement at the year's end; who is weak puts it off.
select 'SC' || customer_no || '-' || fiscal_year as 对账编号, home_company as 公司代码, customer_code as 客户编号,
    strftime(make_date(fiscal_year, 12, 31) + between_days(5, 60, 'confirmed', customer_no * 100 + fiscal_year % 100), '%Y%m%d') as 确认日期
from customers, unnest(range(year(getvariable('starts_on')::date), year(getvariable('ends_on')::date))) as years(fiscal_year)
where draw('confirms', customer_no * 100 + fiscal_year % 100) < case when weakness < 0.75 then 0.94 else 0.6 end
  and year(customer_since) <= fiscal_year and (defaulted_on is null or year(defaulted_on) > fiscal_year)
order by 对账编号;

-- file: erp/repossessed_assets.csv
-- Of three defaulters who bought machines one gives the machine back, and two of three such machines are sold.
select 'RP' || lpad(customer_no::varchar, 7, '0') as 收回编号, home_company as 公司代码, customer_code as 客户编号,
    pick(['挖掘机', '装载机', '汽车起重机', '压路机'], 'machine', customer_no) as 设备, strftime(taken_on, '%Y%m%d') as 收回日期, format('{:,.2f}', appraised) as 评估金额,
    case when is_sold then strftime(sold_on, '%Y%m%d') end as 处置日期, case when is_sold then format('{:,.2f}', (appraised * 0.7)::decimal(18, 2)) end as 处置收入
from (
    select *, taken_on + between_days(30, 120, 'machine sold', customer_no) as sold_on,
        draw('machine is sold', customer_no) < 0.67 and taken_on + 120 <= getvariable('ends_on')::date as is_sold
    from (
        select *, defaulted_on + between_days(90, 200, 'machine taken', customer_no) as taken_on,
            (50000 + 1000 * between_days(0, 400, 'machine value', customer_no))::decimal(18, 2) as appraised
        from customers
        where defaulted_on is not null and draw('machine given back', customer_no) < 0.33
    ) as taken
) as machines
where taken_on <= getvariable('ends_on')::date order by customer_no;

-- file: crm/credit_applications.xlsx
-- Limits are decided for a year or two, and again when they end; one in seven is left to end. The ERP shows the limit of today only.
with reviewed as (
    select *, customer_no * 10 + review as review_no,
        (greatest(customer_since, getvariable('starts_on')::date - 200 + between_days(0, 360, 'limit decided', customer_no)) + to_months(review * 12))::date as decided_on
    from customers, unnest(range(0, 5)) as reviews(review)
    where credit_limit is not null and draw('limit in crm', customer_no) < 0.9
),
decided as (
    select *, draw('limit rejected', review_no) < case judged_grade when 'A' then 0.01 when 'B' then 0.03 else 0.1 end as is_rejected,
        (decided_on + to_months(case when draw('limit lasts', review_no) < 0.7 then 12 else 24 end) - interval 1 day)::date as ends_on
    from reviewed
    where decided_on <= getvariable('ends_on')::date and draw('limit reviewed', review_no) < 0.86
)
select 'CA' || lpad(review_no::varchar, 8, '0') as 授信申请编号, home_company as 公司代码, customer_code as 客户编号,
    strftime(decided_on - 12, '%Y-%m-%d') as 申请日期, strftime(decided_on, '%Y-%m-%d') as 审批日期,
    case when is_rejected then '拒绝' else '批准' end as 审批结果,
    case when not is_rejected then round(credit_limit * (0.8 + 0.08 * review), -4)::decimal(18, 2)::varchar end as 批准额度,
    case when not is_rejected then terms_days end as 批准账期, strftime(ends_on, '%Y-%m-%d') as 有效期至,
    pick(['赵敏', '钱程', '孙莉'], 'approver', customer_no) as 审批人
from decided order by review_no;

-- file: crm/alert_responses.xlsx
-- What people did about what the bureau told and about debts that were overdue at a month-end, by the names of the alerts: rule, customer
-- and the month-end that raised it, of the 24 that the warehouse keeps. Some debts were explained by then, and raised none.
with month_ends as (
    select unnest(generate_series(last_day((getvariable('ends_on')::date - to_months(24))::date)::timestamp, getvariable('ends_on')::timestamp, interval 1 month))::date as some_day
),
first_month_end as (select min(some_day) as first_day from month_ends),
overdue_since as (
    select rule_code, customer_no, month_end, lag(month_end) over (partition by rule_code, customer_no order by month_end) as month_before
    from (select distinct rule_code, customer_no, last_day(month_end) as month_end from overdue_months) as months
    where month_end >= (select first_day from first_month_end)
),
raised as (
    select rule_code, customer_no, month_end as raised_on
    from overdue_since where month_before is null or month_before < last_day((date_trunc('month', month_end) - interval 1 month)::date)
    union
    select case kind when 'litigation' then 'major_litigation' when 'pledge' then 'equity_pledged' when 'mortgage' then 'assets_mortgaged' when 'control_change' then 'control_changed'
            when 'dishonest_debtor_listing' then 'dishonest_debtor' when 'customer_bankruptcy' then 'major_customer_bankrupt' end,
        customer_no, greatest(last_day(published_on), (select first_day from first_month_end))
    from bureau_told
    where kind in ('litigation', 'pledge', 'mortgage', 'control_change', 'dishonest_debtor_listing', 'customer_bankruptcy')
),
drawn as (
    select raised.*, credit_code, customer_no * 1000 + (year(raised_on) * 12 + month(raised_on)) % 1000 as response_no
    from raised inner join customers using (customer_no)
    where credit_code is not null and draw('credit code on file', customer_no) between 0.004 and 0.96 and raised_on <= getvariable('ends_on')::date
),
answered as (
    select *, case when draw('answered in time', response_no) < 0.85 then between_days(1, 23, 'answered after', response_no) else between_days(26, 190, 'answered after', response_no) end as hours,
        draw('snoozed', response_no) < 0.15 as is_snoozed
    from drawn where draw('answered', response_no) < 0.92
)
select 'AR-' || rule_code || '-' || response_no as 处置编号, rule_code || ':' || credit_code || ':' || strftime(raised_on, '%Y-%m-%d') as 预警编号,
    strftime(raised_on::timestamp + to_hours(hours), '%Y-%m-%d %H:%M:%S') as 处置时间,
    case when is_snoozed then '暂缓' when rule_code in ('dishonest_debtor', 'major_litigation') then pick(['法务审查', '资产保全', '止损方案'], 'answer', response_no)
        when rule_code in ('overdue_unexplained', 'late_concentration') then '催收' when rule_code = 'long_overdue' then pick(['催收', '起诉', '冻结额度'], 'answer', response_no) else pick(['冻结额度', '法务审查', '催收'], 'answer', response_no) end as 处置措施,
    case when is_snoozed then strftime(raised_on + between_days(20, 60, 'snoozed until', response_no), '%Y-%m-%d') end as 暂缓至,
    case when is_snoozed then pick(['客户已承诺还款计划', '担保已追加', '等待法院文书'], 'why', response_no) end as 原因,
    'M' || lpad((customer_no % 20 + 1)::varchar, 3, '0') as 处置人
from answered
where raised_on::timestamp + to_hours(hours) <= getvariable('ends_on')::timestamp
order by 处置编号;

-- file: metrics/company_metrics.csv
-- What receivables do not tell: how long the companies hold stock and how long they take to pay.
select company_code as 主体, metric as 指标, round(usual + 6 * (draw(metric, company_code::bigint * 1000 + year(month_start) * 12 + month(month_start)) - 0.5), 1)::decimal(18, 4) as 数值,
    strftime(last_day(month_start), '%Y%m%d') as 生效日, strftime(last_day(month_start) + 12, '%Y%m%d') as 获知日
from (values ('1000', 'inventory_days', 96), ('1000', 'payable_days', 104), ('2000', 'inventory_days', 0), ('2000', 'payable_days', 35), ('3000', 'inventory_days', 71), ('3000', 'payable_days', 48)) as usuals(company_code, metric, usual),
    (select unnest(generate_series(getvariable('starts_on')::date, getvariable('ends_on')::date, interval 1 month))::date as month_start) as months
where last_day(month_start) + 12 <= getvariable('ends_on')::date
order by all;

-- file: metrics/machine_hours.csv
-- Hours that rented and leased machines worked, as they report themselves each quarter: who is about to stop paying stands still before.
select credit_code as 主体, 'machine_hours' as 指标,
    greatest(0, round(150 + 60 * (draw('hours', customer_no * 100 + quarter_no) - 0.5) - case when quarter_end > defaulted_on - 180 then 90 else 0 end, 1))::decimal(18, 4) as 数值,
    strftime(quarter_end, '%Y%m%d') as 生效日, strftime(quarter_end + 2, '%Y%m%d') as 获知日
from customers,
    (select (quarter_start + interval 3 month - interval 1 day)::date as quarter_end, (year(quarter_start) * 4 + quarter(quarter_start)) % 100 as quarter_no
     from unnest(generate_series(date_trunc('quarter', getvariable('starts_on')::date), getvariable('ends_on')::timestamp, interval 3 month)) as quarters(quarter_start)) as quarters
where segment_code = 'rental' and credit_code is not null and draw('credit code on file', customer_no) between 0.004 and 0.96
  and quarter_end between customer_since and getvariable('ends_on')::date - 2
order by 主体, 生效日;

-- file: bureau/registrations.jsonl
with entries as (
    select *, getvariable('starts_on')::date - 90 as published_on, 0 as entry from customers
    union all
    select customers.*, bureau_told.published_on, 1 from customers inner join bureau_told using (customer_no) where kind = 'control_change'
    union all
    select customers.*, bureau_told.published_on + 60, 2 from customers inner join bureau_told using (customer_no) where kind = 'bankruptcy'
)
select credit_code as uscc, strftime(published_on, '%Y-%m-%d') as published, customer_name as name,
    pick(['王伟', '李娜', '张敏', '刘洋', '陈静', '杨军'], 'representative', customer_no + entry * 7919) as legal_rep,
    (500000 * (1 + floor(draw('capital', customer_no) * 60)))::bigint as capital, strftime(customer_since - 700, '%Y-%m-%d') as established,
    industry_code as industry, controller_name as controller, case when entry = 2 then 'revoked' else 'active' end as status
from entries
where credit_code is not null and draw('in bureau', customer_no) < 0.97 and published_on <= getvariable('ends_on')::date
order by credit_code, published_on;

-- file: bureau/ownership_links.jsonl
-- Groups of three are chains: a person holds the first, which holds the second, which holds the third. In one group of seven the
-- third holds the first instead of the person: such circles exist.
with members as (
    select customer_no // 10 as group_no, customer_no % 10 as place, credit_code, customer_name, controller_name from customers where customer_no % 10 < 3 and credit_code is not null
),
links as (
    select group_no, place, case when place = 0 then 'P' || lpad(group_no::varchar, 6, '0') end as owner_code, controller_name as owner_name, credit_code as owned, 70 as share
    from members where place = 0 and group_no % 7 <> 3
    union all
    select owned.group_no, owned.place, owner.credit_code, owner.customer_name, owned.credit_code, case owned.place when 1 then 60 else 55 end
    from members as owned inner join members as owner on owned.group_no = owner.group_no and owner.place = owned.place - 1
    union all
    select owned.group_no, 3, owner.credit_code, owner.customer_name, owned.credit_code, 52
    from members as owned inner join members as owner on owned.group_no = owner.group_no and owned.place = 0 and owner.place = 2
    where owned.group_no % 7 = 3
    union all
    select group_no, 4, 'M' || lpad(group_no::varchar, 6, '0'), pick(['赵一', '钱二', '孙三'], 'minority', group_no), credit_code, 30 from members where place = 0
)
select 'OL' || lpad(group_no::varchar, 6, '0') || '-' || place as id, owner_code, owner_name, owned, share, strftime(getvariable('starts_on')::date - 90, '%Y-%m-%d') as published
from links order by id;

-- file: bureau/financial_statements.jsonl
with years as (
    select unnest(range(year(getvariable('starts_on')::date) - 1, year(getvariable('ends_on')::date)))::integer as fiscal_year
),
drawn as (
    select customers.*, fiscal_year, customer_no * 100 + fiscal_year % 100 as draw_no,
        greatest(0, (weakness - 0.25) / 0.75) * 1.05 + 0.2 * draw('luck', customer_no) + 0.1 * draw('year', customer_no * 100 + fiscal_year % 100)
        + case when defaulted_on is not null and fiscal_year >= year(defaulted_on) - 1 then 0.45 else 0 end
        + case when crisis_on is not null and year(crisis_on) = fiscal_year then 0.2 else 0 end as strain
    from customers cross join years
    where draw('statements', customer_no) < 0.85 and credit_code is not null
),
figures as (
    select *, 5000000 + 95000000 * pow(draw('revenue', customer_no), 3) * (0.9 + 0.2 * draw('growth', draw_no)) as revenue,
        0.36 + 0.2 * draw('debt', draw_no) + 0.36 * strain as debt_share,
        0.075 + 0.04 * draw('margin', draw_no) - 0.105 * strain as net_margin,
        2.1 - 0.4 * draw('liquidity', draw_no) - 0.95 * strain as current_ratio
    from drawn
)
select credit_code as uscc, fiscal_year || '-12-31' as period_end,
    strftime(make_date(fiscal_year + 1, 4, 1) + between_days(0, 29, 'published', draw_no), '%Y-%m-%d') as published,
    (revenue)::decimal(18, 2) as revenue, (revenue * (0.17 + net_margin))::decimal(18, 2) as gross_profit, (revenue * net_margin)::decimal(18, 2) as net_profit,
    (revenue * abs(net_margin) * (1.5 - 1.5 * strain))::decimal(18, 2) as operating_cash_flow, (revenue * 1.1)::decimal(18, 2) as total_assets,
    (revenue * 1.1 * debt_share)::decimal(18, 2) as total_liabilities, (revenue * 0.3 * current_ratio)::decimal(18, 2) as current_assets,
    (revenue * 0.3)::decimal(18, 2) as current_liabilities, (revenue * (0.13 + 0.14 * strain))::decimal(18, 2) as receivables
from figures
where make_date(fiscal_year + 1, 4, 1) + between_days(0, 29, 'published', draw_no) <= getvariable('ends_on')::date
order by credit_code, period_end;

-- file: bureau/events.jsonl
select 'EV' || customer_no || '-' || kind || case when is_healthy then '-H' else '' end as id, credit_code as uscc, kind as type, strftime(happened_on, '%Y-%m-%d') as event_date,
    strftime(published_on, '%Y-%m-%d') as published, strftime(ended_on, '%Y-%m-%d') as ended, share, at_stake as amount, words as text
from bureau_told
where published_on <= getvariable('ends_on')::date
order by id;

-- file: bureau/industry_outlook.jsonl
select industry, strftime(day, '%Y-%m-%d') as published,
    case industry when 'E48' then 34 when 'B06' then 44 when 'C33' then 54 when 'L71' then 64 else 70 end
    + floor(draw('outlook', year(day) * 100 + month(day) + unicode(industry) * 100000) * 20) as score, '行业季度展望' as note
from unnest(['B06', 'C33', 'C35', 'E48', 'L71']) as industries(industry),
    unnest(generate_series(getvariable('starts_on')::date - 60, getvariable('ends_on')::date, interval 3 month)) as days(day)
order by industry, day;

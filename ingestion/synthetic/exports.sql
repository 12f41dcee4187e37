-- What each system writes once: master data, the general ledger, rates, and the bureau's files.
-- file: erp/companies.csv
select * from (values ('1000', '三江重工机械有限公司', 'CNY'), ('2000', '三江融资租赁有限公司', 'CNY'), ('3000', '三江机械贸易有限公司', 'CNY')) as companies(公司代码, 公司名称, 本位币);

-- file: erp/customers.csv
with accounts as (
    select home_company as company_code, * from customers
    union all
    select second_company, * from customers where second_company is not null and second_company <> home_company
)
select company_code as 公司代码, lpad((customer_no + 100000)::varchar, 10, '0') as 客户编号, customer_name as 客户名称,
    case
        when draw('credit code on file', customer_no) < 0.004 then left(credit_code, 17) || case right(credit_code, 1) when '0' then '1' else '0' end
        when draw('credit code on file', customer_no) < 0.96 then credit_code
    end as 统一社会信用代码, segment_code as 客户细分, industry_code as 行业,
    'CN' as 国家, salesperson_code as 销售员, terms_days as 付款天数, credit_limit as 信用额度, strftime(customer_since, '%Y%m%d') as 合作起始日
from accounts order by company_code, customer_no;

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

-- file: erp/fx_rates.csv
select currency as 币种, 'CNY' as 本位币, strftime(day, '%Y%m%d') as 汇率日期,
    (case currency when 'USD' then 7.05 + 0.01 * (month(day) % 12) else 7.60 + 0.02 * (month(day) % 12) end)::decimal(18, 4) as 汇率
from unnest(['EUR', 'USD']) as currencies(currency),
    unnest(generate_series(getvariable('starts_on')::date, getvariable('ends_on')::date, interval 1 month)) as days(day)
order by currency, day;

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
-- Two customers in three seal their statement at the year's end.
select 'SC' || customer_no || '-' || fiscal_year as 对账编号, home_company as 公司代码, lpad((customer_no + 100000)::varchar, 10, '0') as 客户编号,
    strftime(make_date(fiscal_year, 12, 31) + between_days(5, 60, 'confirmed', customer_no * 100 + fiscal_year % 100), '%Y%m%d') as 确认日期
from customers, unnest(range(year(getvariable('starts_on')::date), year(getvariable('ends_on')::date))) as years(fiscal_year)
where draw('confirms', customer_no * 100 + fiscal_year % 100) < 0.66 and (defaulted_on is null or year(defaulted_on) > fiscal_year)
order by 对账编号;

-- file: erp/repossessed_assets.csv
-- Of three defaulters who bought machines one gives the machine back, and two of three such machines are sold.
select 'RP' || lpad(customer_no::varchar, 7, '0') as 收回编号, home_company as 公司代码, lpad((customer_no + 100000)::varchar, 10, '0') as 客户编号,
    '挖掘机' as 设备, strftime(taken_on, '%Y%m%d') as 收回日期, format('{:,.2f}', appraised) as 评估金额,
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
-- Limits approved in the last years; the ERP shows the limit of today only.
select 'CA' || lpad(customer_no::varchar, 7, '0') as 授信申请编号, home_company as 公司代码, lpad((customer_no + 100000)::varchar, 10, '0') as 客户编号,
    strftime(decided_on - 12, '%Y-%m-%d') as 申请日期, strftime(decided_on, '%Y-%m-%d') as 审批日期,
    case when is_rejected then '拒绝' else '批准' end as 审批结果, case when not is_rejected then credit_limit::varchar end as 批准额度,
    case when not is_rejected then terms_days end as 批准账期, strftime((decided_on + to_months(36))::date, '%Y-%m-%d') as 有效期至,
    pick(['赵敏', '钱程', '孙莉'], 'approver', customer_no) as 审批人
from (
    select *, greatest(customer_since, getvariable('starts_on')::date - 200 + between_days(0, 600, 'limit decided', customer_no)) as decided_on,
        draw('limit rejected', customer_no) < 0.05 as is_rejected
    from customers where credit_limit is not null
) as decided
where decided_on <= getvariable('ends_on')::date order by customer_no;

-- file: bureau/registrations.jsonl
with entries as (
    select *, getvariable('starts_on')::date - 90 as published_on, 0 as entry from customers where draw('in bureau', customer_no) < 0.97
    union all
    select *, defaulted_on - 100, 1 from customers where defaulted_on is not null and draw('control', customer_no) < 0.3 and draw('in bureau', customer_no) < 0.97
)
select credit_code as uscc, strftime(published_on, '%Y-%m-%d') as published, customer_name as name,
    pick(['王伟', '李娜', '张敏', '刘洋', '陈静', '杨军'], 'representative', customer_no + entry * 7919) as legal_rep,
    (500000 * (1 + floor(draw('capital', customer_no) * 60)))::bigint as capital, strftime(customer_since - 700, '%Y-%m-%d') as established,
    industry_code as industry, controller_name as controller, 'active' as status
from entries order by credit_code, published_on;

-- file: bureau/ownership_links.jsonl
-- Groups of three are chains: a person holds the first, which holds the second, which holds the third. In one group of seven the
-- third holds the first instead of the person: such circles exist.
with members as (
    select customer_no // 10 as group_no, customer_no % 10 as place, credit_code, customer_name, controller_name from customers where customer_no % 10 < 3
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
        case when defaulted_on is not null and fiscal_year >= year(defaulted_on) - 1 then 1 else 0 end
        + case payer when 'habitual' then 0.5 when 'erratic' then 0.3 else 0 end as strain
    from customers cross join years
    where draw('statements', customer_no) < 0.85
),
figures as (
    select *, 5000000 + 95000000 * pow(draw('revenue', customer_no), 3) * (0.9 + 0.2 * draw('growth', draw_no)) as revenue,
        0.4 + 0.22 * draw('debt', draw_no) + 0.3 * strain as debt_share,
        0.02 + 0.08 * draw('margin', draw_no) - 0.06 * strain as net_margin,
        1.9 - 0.5 * draw('liquidity', draw_no) - 0.8 * strain as current_ratio
    from drawn
)
select credit_code as uscc, fiscal_year || '-12-31' as period_end,
    strftime(make_date(fiscal_year + 1, 4, 1) + between_days(0, 29, 'published', draw_no), '%Y-%m-%d') as published,
    (revenue)::decimal(18, 2) as revenue, (revenue * (0.18 + net_margin))::decimal(18, 2) as gross_profit, (revenue * net_margin)::decimal(18, 2) as net_profit,
    (revenue * net_margin * (1.2 - 1.1 * strain))::decimal(18, 2) as operating_cash_flow, (revenue * 1.1)::decimal(18, 2) as total_assets,
    (revenue * 1.1 * debt_share)::decimal(18, 2) as total_liabilities, (revenue * 0.3 * current_ratio)::decimal(18, 2) as current_assets,
    (revenue * 0.3)::decimal(18, 2) as current_liabilities, (revenue * (0.15 + 0.1 * strain))::decimal(18, 2) as receivables
from figures
where make_date(fiscal_year + 1, 4, 1) + between_days(0, 29, 'published', draw_no) <= getvariable('ends_on')::date
order by credit_code, period_end;

-- file: bureau/events.jsonl
with told as (
    select customer_no, credit_code, 'litigation' as kind, defaulted_on - between_days(60, 150, 'lawsuit day', customer_no) as happened_on, null as share,
        (200000 + 3000000 * draw('lawsuit size', customer_no))::decimal(18, 2) as at_stake, '买卖合同纠纷被起诉' as words
    from customers where defaulted_on is not null and draw('lawsuit', customer_no) < 0.7
    union all
    select customer_no, credit_code, 'pledge', defaulted_on - between_days(120, 220, 'pledge day', customer_no), (50 + 45 * draw('pledge share', customer_no))::decimal(9, 2), null, '核心股东股权质押'
    from customers where defaulted_on is not null and draw('pledge', customer_no) < 0.4
    union all
    select customer_no, credit_code, 'control_change', defaulted_on - 100, null, null, '法定代表人变更'
    from customers where defaulted_on is not null and draw('control', customer_no) < 0.3
    union all
    select customer_no, credit_code, 'dishonest_debtor_listing', defaulted_on + between_days(30, 120, 'listing day', customer_no), null, null, '被列为失信被执行人'
    from customers where defaulted_on is not null and draw('listing', customer_no) < 0.6
    union all
    select customer_no, credit_code, 'customer_bankruptcy', defaulted_on - between_days(30, 90, 'their customer day', customer_no), null, null, '主要客户破产'
    from customers where defaulted_on is not null and draw('their customer', customer_no) < 0.1
    union all
    select customer_no, credit_code, 'negative_news', getvariable('starts_on')::date + between_days(0, getvariable('day_count')::integer, 'news day', customer_no), null, null, '媒体负面报道'
    from customers where draw('news', customer_no) < 0.04
    union all
    select customer_no, credit_code, 'litigation', getvariable('starts_on')::date + between_days(0, getvariable('day_count')::integer, 'small lawsuit day', customer_no), null,
        (10000 + 90000 * draw('small lawsuit size', customer_no))::decimal(18, 2), '劳动争议'
    from customers where defaulted_on is null and draw('small lawsuit', customer_no) < 0.02
)
select 'EV' || customer_no || '-' || kind as id, credit_code as uscc, kind as type, strftime(happened_on, '%Y-%m-%d') as event_date,
    strftime(happened_on + between_days(0, 7, kind || ' published', customer_no), '%Y-%m-%d') as published, share, at_stake as amount, words as text
from told
where happened_on + between_days(0, 7, kind || ' published', customer_no) <= getvariable('ends_on')::date
order by id;

-- file: bureau/industry_outlook.jsonl
select industry, strftime(day, '%Y-%m-%d') as published,
    case industry when 'E48' then 34 when 'B06' then 44 when 'C33' then 54 when 'L71' then 64 else 70 end
    + floor(draw('outlook', year(day) * 100 + month(day) + unicode(industry) * 100000) * 20) as score, '行业季度展望' as note
from unnest(['B06', 'C33', 'C35', 'E48', 'L71']) as industries(industry),
    unnest(generate_series(getvariable('starts_on')::date - 60, getvariable('ends_on')::date, interval 3 month)) as days(day)
order by industry, day;

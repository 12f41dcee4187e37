-- What the ERP and the CRM write for one part of the ledger, in their own words. Statements are named `-- file:` for the writer.
-- file: erp/ar_documents_{part}.csv
select company_code as 公司代码, document_no as 凭证号, type_code as 凭证类型, customer_code as 客户编号,
    strftime(document_date, '%Y%m%d') as 凭证日期, strftime(accounting_date, '%Y%m%d') as 记账日期, strftime(due_date, '%Y%m%d') as 到期日,
    currency_code as 币种, case when amount < 0 then 'H' else 'S' end as 借贷标识, format('{:,.2f}', abs(amount)) as 金额,
    fx_rate as 汇率, order_no as 订单号, reference_no as 参考凭证号, salesperson_code as 销售员, sale_type as 销售方式,
    strftime(accounting_date + between_days(0, 3, 'keyed', (hash(document_no) % 1000000007)::bigint), '%Y%m%d') as 录入日期
from documents order by document_no;

-- file: erp/ar_instalments_{part}.csv
select company_code as 公司代码, invoice_no as 凭证号, instalment_no as 期次, strftime(due_date, '%Y%m%d') as 到期日, format('{:,.2f}', instalment_amount) as 金额
from sale_instalments where instalment_count > 1 order by invoice_no, instalment_no;

-- file: erp/ar_clearing_{part}.csv
select company_code as 公司代码, application_no as 核销号, credit_document_no as 贷方凭证, debit_document_no as 借方凭证, debit_instalment_no as 期次,
    strftime(applied_on, '%Y%m%d') as 核销日期, format('{:,.2f}', applied_amount) as 核销金额
from applications order by application_no;

-- file: erp/sales_orders_{part}.csv
-- Besides the orders that became sales, closed two weeks later when nobody objected: open orders of the last weeks, orders that were
-- cancelled, and one in a thousand keyed with a negative amount.
select company_code as 公司代码, order_no as 订单号, customer_code as 客户编号, strftime(ordered_on, '%Y%m%d') as 下单日期,
    strftime(sold_on, '%Y%m%d') as 要求交货日, currency_code as 币种,
    case when draw('bad order', sale_no) < 0.001 then '-' else '' end || format('{:,.2f}', amount) as 订单金额, rate_on(currency_code, ordered_on) as 汇率,
    strftime(sold_on - 5 * is_rebilled::integer, '%Y%m%d') as 交货日, null::varchar as 交货金额,
    case when sold_on + 14 <= getvariable('ends_on')::date then strftime(sold_on + 14, '%Y%m%d') end as 关闭日
from sales
union all
-- One open order in five was delivered in the last days and is not billed yet, half of these in part.
select company_code, 'SX' || substr(order_no, 3), customer_code, strftime(getvariable('ends_on')::date - between_days(0, 40, 'open order', sale_no), '%Y%m%d'),
    strftime(getvariable('ends_on')::date + between_days(5, 90, 'open delivery', sale_no), '%Y%m%d'), currency_code, format('{:,.2f}', amount), rate_on(currency_code, getvariable('ends_on')::date),
    case when draw('not billed', sale_no) < 0.2 then strftime(getvariable('ends_on')::date - between_days(0, 5, 'not billed day', sale_no), '%Y%m%d') end,
    case when draw('not billed', sale_no) < 0.1 then format('{:,.2f}', round(amount * 0.4, 2)) end, null
from sales where draw('still open', sale_no) < 0.02 and defaulted_on is null
union all
select company_code, 'SC' || substr(order_no, 3), customer_code, strftime(ordered_on, '%Y%m%d'), strftime(sold_on, '%Y%m%d'), currency_code, format('{:,.2f}', amount),
    rate_on(currency_code, ordered_on), null, null, strftime(ordered_on + between_days(3, 30, 'cancelled', sale_no), '%Y%m%d')
from sales where draw('order cancelled', sale_no) < 0.01
order by 订单号;

-- file: crm/collection_activities_{part}.xlsx
-- A call a week after the due day, a letter after a month, a visit after two; some calls are keyed on days that do not exist,
-- and of some nobody knows the cost yet.
with contacts as (
    select s.settlement_no, s.customer_no, s.collector, steps.days, steps.channel, s.due_date + steps.days as contacted_on, s.company_code, s.invoice_no, s.payer
    from (select *, 'C' || lpad((customer_no % 15 + 1)::varchar, 3, '0') as collector,
            case when is_lost then getvariable('ends_on')::date else settled_on end as open_until
          from settlements where part = 0) as s,
        unnest([{'days': 8, 'channel': '电话'}, {'days': 31, 'channel': '函件'}, {'days': 62, 'channel': '上门'}]) as steps(step),
        lateral (select step.days as days, step.channel as channel) as steps
    where s.open_until > s.due_date + steps.days and s.due_date + steps.days <= getvariable('ends_on')::date
      and (steps.days = 8 or draw('no contact', s.settlement_no + steps.days) < 0.8)
)
select 'ACT' || settlement_no || '-' || days as 活动编号, 'A' || lpad(customer_no::varchar, 7, '0') as 客户账号,
    case when draw('bad day', settlement_no) < 0.001 then '2025-02-30' else strftime(contacted_on, '%Y-%m-%d') end as 活动日期, channel as 渠道,
    case when payer = 'defaulter' then pick(['未接听', '未接听', '拒绝'], 'outcome', settlement_no) else pick(['已说明', '承诺付款', '未接听', '已说明'], 'outcome', settlement_no + days) end as 结果,
    company_code as 公司代码, invoice_no as 凭证号, collector as 催收人, case when draw('cost to be told', settlement_no) < 0.0008 then '待定' when channel = '电话' then '5' when channel = '函件' then '40' else '800' end as 催收费用
from contacts order by 活动编号;

-- file: crm/promises_{part}.xlsx
-- What customers promise on the first call: the amount of the settlement within ten days.
select 'PR' || settlement_no as 承诺编号, company_code as 公司代码, invoice_no as 凭证号, strftime(due_date + 8, '%Y-%m-%d') as 承诺日,
    strftime(due_date + 18, '%Y-%m-%d') as 承诺付款日, settled_amount::varchar as 承诺金额
from settlements
where part = 0 and settled_amount > 0 and due_date + 8 <= getvariable('ends_on')::date
  and case when is_lost then true else settled_on > due_date + 8 end
  and draw('promise', settlement_no) < case payer when 'defaulter' then 0.5 else 0.3 end
order by 承诺编号;

-- file: crm/disputes_{part}.xlsx
-- Of a document with instalments one instalment is contested, of one in three others a part of the amount.
select 'D' || sale_no as 争议编号, company_code as 公司代码, invoice_no as 凭证号,
    case when instalment_count > 1 then 1 + floor(draw('disputed instalment', sale_no) * least(instalment_count, 6))::integer end as 期次,
    case when instalment_count = 1 and draw('disputed part', sale_no) < 0.33 then round(amount * 0.3, 2)::decimal(18, 2)::varchar end as 争议金额,
    strftime(sold_on + 12, '%Y-%m-%d') as 提出日期,
    case when resolved_on <= getvariable('ends_on')::date and payer <> 'defaulter' then strftime(resolved_on, '%Y-%m-%d') end as 解决日期,
    pick(['quality', 'quantity', 'price', 'delivery'], 'reason', sale_no) as 原因
from (select *, sold_on + between_days(20, 130, 'resolved', sale_no) as resolved_on from sales where is_disputed) as disputed
where sold_on + 12 <= getvariable('ends_on')::date order by 争议编号;

-- file: crm/guarantees_{part}.xlsx
-- Machines sold on instalments or leased: retention of title, a third party's guarantee or a bank's, for part of the price.
select 'G' || sale_no as 担保编号, company_code as 公司代码, customer_code as 客户编号, invoice_no as 凭证号,
    pick(['所有权保留', '第三方保证', '银行保函'], 'guarantee type', sale_no) as 担保类型, currency_code as 币种,
    round(amount * (0.3 + 0.5 * draw('secured share', sale_no)), 2)::decimal(18, 2)::varchar as 担保金额, strftime(sold_on, '%Y-%m-%d') as 生效日,
    strftime((sold_on + to_months(instalment_count + 6))::date, '%Y-%m-%d') as 到期日
from sales where sale_type in ('instalment', 'lease') and draw('guarantee', sale_no) < 0.4 order by 担保编号;

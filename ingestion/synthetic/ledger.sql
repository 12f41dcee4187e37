-- One part of the ledger: the sales of a range of sale numbers and all that follows from them up to ends_on.
create or replace temp table sales as
with placed as (
    select
        sale_no,
        sale_months.month_start
        + floor(draw('day', sale_no) * datediff('day', sale_months.month_start, sale_months.month_start + interval 1 month))::integer as sold_on,
        least(floor(getvariable('customer_count')::bigint * pow(draw('customer', sale_no), 1.5))::bigint, getvariable('customer_count')::bigint - 1) as customer_no,
        draw('kind', sale_no) as kind_draw
    from range(getvariable('first_sale')::bigint, getvariable('last_sale')::bigint) as numbers(sale_no)
    inner join sale_months on numbers.sale_no between sale_months.first_sale and sale_months.last_sale
),

described as (
    select
        placed.*,
        customers.* exclude (customer_no),
        case when second_company is not null and draw('which company', sale_no) < 0.3 then second_company else home_company end as company_code
    from placed
    inner join customers using (customer_no)
    where placed.sold_on >= customers.customer_since
      -- Who is about to stop paying buys less and less beforehand.
      and (customers.defaulted_on is null or placed.sold_on < customers.defaulted_on + 20
          - (200 * draw('buys less', sale_no))::integer)
),

typed as (
    select
        *,
        case
            when company_code = '2000' then case when kind_draw < 0.13 then 'lease' when kind_draw < 0.16 then 'instalment' else 'service' end
            when kind_draw < 0.04 then 'outright' when kind_draw < 0.10 then 'instalment'
            when kind_draw < 0.70 then 'parts' else 'service'
        end as sale_type,
        case currency_code when 'USD' then 7.1 when 'EUR' then 7.8 else 1.0 end as price_divisor
    from described
)

select
    * exclude (kind_draw, price_divisor),
    case when sale_type = 'lease' then pick([24, 36], 'term', sale_no) when sale_type = 'instalment' then pick([6, 12, 18, 24], 'term', sale_no) else 1 end as instalment_count,
    round(case
        when sale_type in ('outright', 'instalment', 'lease') then 300000 + 2200000 * pow(draw('price', sale_no), 2)
        when sale_type = 'parts' then 2000 + 58000 * pow(draw('price', sale_no), 2)
        else 1000 + 29000 * pow(draw('price', sale_no), 2)
    end / price_divisor, 2)::decimal(18, 2) as amount,
    case currency_code
        when 'USD' then 7.05 + 0.01 * (sale_no % 20) when 'EUR' then 7.60 + 0.02 * (sale_no % 20) else 1
    end::decimal(18, 4) as fx_rate,
    sold_on - between_days(5, 60, 'lead time', sale_no) as ordered_on,
    '18' || lpad(sale_no::varchar, 10, '0') as invoice_no,
    'SO' || lpad(sale_no::varchar, 10, '0') as order_no,
    draw('names instalment', sale_no) < 0.7 as names_instalment,
    draw('dispute', sale_no) < 0.02 as is_disputed
from typed;

-- Instalments of the invoices: a down payment of a fifth on the day for instalment sales, then monthly; the last takes the cents.
create or replace temp table sale_instalments as
with numbered as (
    select sales.*, numbers.instalment_no::integer as instalment_no
    from sales, unnest(range(1, sales.instalment_count + 1)) as numbers(instalment_no)
),

split as (
    select
        *,
        case when sale_type = 'instalment' then round(amount * 0.2, 2) else 0 end::decimal(18, 2) as down_payment,
        instalment_count - (sale_type = 'instalment')::integer as monthly_count
    from numbered
)

select
    sale_no, instalment_no, customer_no, payer, defaulted_on, company_code, currency_code, fx_rate, invoice_no, names_instalment, is_disputed,
    instalment_count, sale_type, sold_on,
    case
        when instalment_count = 1 then sold_on + case when sale_type = 'outright' then 90 else terms_days end
        when sale_type = 'instalment' then (sold_on + to_months(instalment_no - 1))::date
        else (sold_on + to_months(instalment_no))::date
    end as due_date,
    case
        when instalment_count = 1 then amount
        when sale_type = 'instalment' and instalment_no = 1 then down_payment
        when instalment_no = instalment_count
            then amount - down_payment - (monthly_count - 1) * (floor((amount - down_payment) * 100 / monthly_count) / 100)::decimal(18, 2)
        else (floor((amount - down_payment) * 100 / monthly_count) / 100)::decimal(18, 2)
    end::decimal(18, 2) as instalment_amount,
    sale_no * 80 + instalment_no * 2 as payment_no
from split;

-- What happens to each instalment: credited, paid (in one part or two), or left open and one day written off.
create or replace temp table settlements as
with timed as (
    select
        *,
        case when sale_type in ('parts', 'service') and draw('credit note', payment_no) < 0.03
            then round(instalment_amount * 0.1, 2) else 0 end::decimal(18, 2) as credited_amount,
        case payer
            when 'prompt' then between_days(-6, 3, 'late', payment_no)
            when 'slow' then between_days(3, 32, 'late', payment_no)
            when 'erratic' then between_days(-5, 70, 'late', payment_no)
            when 'habitual' then between_days(20, 110, 'late', payment_no)
            else between_days(5, 45, 'late', payment_no) + case when due_date > defaulted_on - 150 then 45 else 0 end
        end + case when is_disputed then 55 else 0 end as days_late
    from sale_instalments
),

parted as (
    select
        *,
        case when sale_type = 'instalment' and instalment_no = 1 then sold_on else greatest(due_date + days_late, sold_on) end as paid_on,
        instalment_amount - credited_amount as payable_amount,
        draw('split', payment_no) < 0.08 as is_split
    from timed
)

select parted.*, parts.part, (payment_no + parts.part)::bigint as settlement_no,
    paid_on + 20 * parts.part as settled_on,
    case when not is_split then payable_amount when parts.part = 0 then round(payable_amount * 0.6, 2)
        else payable_amount - round(payable_amount * 0.6, 2) end::decimal(18, 2) as settled_amount,
    coalesce(paid_on + 20 * parts.part >= defaulted_on, false) as is_lost,
    case when sale_type = 'instalment' and instalment_no = 1 then 'advance' else 'receipt' end as receipt_type
from parted, unnest(case when is_split then [0, 1] else [0] end) as parts(part);

create or replace temp table documents as
select
    company_code, invoice_no as document_no, 'RV' as type_code, customer_no, sold_on as document_date, sold_on as accounting_date,
    case when instalment_count = 1 then sold_on + case when sale_type = 'outright' then 90 else terms_days end end as due_date,
    currency_code, amount, fx_rate, order_no, null as reference_no, salesperson_code, sale_type
from sales
union all
select
    company_code, '14' || lpad(settlement_no::varchar, 12, '0'), case receipt_type when 'advance' then 'AN' else 'DZ' end, customer_no,
    case receipt_type when 'advance' then greatest(settled_on - 5, getvariable('starts_on')::date) else settled_on end,
    case receipt_type when 'advance' then greatest(settled_on - 5, getvariable('starts_on')::date) else settled_on end,
    null, currency_code, -settled_amount, fx_rate, null, case when draw('names invoice', settlement_no) < 0.6 then invoice_no end, null, null
from settlements where not is_lost and settled_on <= getvariable('ends_on')::date
union all
select
    company_code, '16' || lpad(settlement_no::varchar, 12, '0'), 'DG', customer_no, sold_on + 10, sold_on + 10, null, currency_code, -credited_amount,
    fx_rate, null, null, null, null
from settlements where part = 0 and credited_amount > 0 and sold_on + 10 <= getvariable('ends_on')::date
union all
select
    company_code, '19' || lpad(settlement_no::varchar, 12, '0'), 'WO', customer_no, greatest(defaulted_on + 270, due_date), greatest(defaulted_on + 270, due_date),
    null, currency_code, -settled_amount, fx_rate, null, null, null, null
from settlements where is_lost and greatest(defaulted_on + 270, due_date) <= getvariable('ends_on')::date and due_date <= defaulted_on + 270;

-- Applications: most on the day of the receipt, some days later, a few only after months, and one receipt in five hundred never.
create or replace temp table applications as
with applied as (
    select company_code, '14' as prefix, settlement_no, invoice_no, instalment_no, instalment_count, names_instalment, settled_amount as applied_amount,
        settled_on + case
            when draw('late application', settlement_no) < 0.03 then between_days(1, 20, 'application day', settlement_no)
            when draw('late application', settlement_no) < 0.035 then between_days(30, 120, 'application day', settlement_no)
            else 0
        end as applied_on
    from settlements
    where not is_lost and settled_on <= getvariable('ends_on')::date and draw('never applied', settlement_no) >= 0.002
    union all
    select company_code, '16', settlement_no, invoice_no, instalment_no, instalment_count, names_instalment, credited_amount, sold_on + 10
    from settlements where part = 0 and credited_amount > 0 and sold_on + 10 <= getvariable('ends_on')::date
    union all
    select company_code, '19', settlement_no, invoice_no, instalment_no, instalment_count, names_instalment, settled_amount, greatest(defaulted_on + 270, due_date)
    from settlements where is_lost and greatest(defaulted_on + 270, due_date) <= getvariable('ends_on')::date and due_date <= defaulted_on + 270
)

select
    company_code, 'CL' || prefix || lpad(settlement_no::varchar, 12, '0') as application_no, prefix || lpad(settlement_no::varchar, 12, '0') as credit_document_no,
    invoice_no as debit_document_no, case when names_instalment then instalment_no end as debit_instalment_no, applied_on, applied_amount
from applied
where applied_on <= getvariable('ends_on')::date;

-- One part of the ledger: the sales of a range of sale numbers and all that follows from them up to ends_on.
create or replace temp table sales as
with placed as (
    select
        sale_no,
        sale_months.month_start
        + floor(draw('day', sale_no) * datediff('day', sale_months.month_start, sale_months.month_start + interval 1 month))::integer as sold_on,
        least(floor(getvariable('customer_count')::bigint * pow(draw('customer', sale_no), 2.1))::bigint, getvariable('customer_count')::bigint - 1) as customer_no,
        draw('kind', sale_no) as kind_draw
    from range(getvariable('first_sale')::bigint, getvariable('last_sale')::bigint) as numbers(sale_no)
    inner join sale_months on numbers.sale_no between sale_months.first_sale and sale_months.last_sale
),

described as (
    select
        placed.*,
        customers.* exclude (customer_no, customer_code),
        case when old_code is not null and draw('old number', sale_no) < 0.3 and second_company is null then old_code else customer_code end as customer_code,
        case when second_company is not null and draw('which company', sale_no) < 0.3 then second_company else home_company end as company_code
    from placed
    inner join customers using (customer_no)
    where placed.sold_on >= customers.customer_since
      and not customers.is_prospect
      -- Who is about to stop paying buys less and less beforehand.
      and (customers.defaulted_on is null or placed.sold_on < customers.defaulted_on + 20
          - (240 * draw('buys less', sale_no))::integer)
),

typed as (
    select
        *,
        case
            when company_code = '2000' then case when kind_draw < 0.3 then 'lease' else 'service' end
            when company_code = '3000' then case when kind_draw < 0.7 then 'parts' else 'service' end
            when kind_draw < case segment_code when 'dealer' then 0.16 when 'contractor' then 0.05 else 0.06 end then 'outright'
            when kind_draw < case segment_code when 'dealer' then 0.17 when 'contractor' then 0.10 when 'rental' then 0.11 else 0.07 end then 'instalment'
            when kind_draw < 0.72 then 'parts' else 'service'
        end as sale_type
    from described
)

select
    * exclude (kind_draw),
    case when sale_type = 'lease' then pick([24, 36], 'term', sale_no) when sale_type = 'instalment' then pick([6, 12, 18], 'term', sale_no) else 1 end as instalment_count,
    round(case
        when sale_type in ('outright', 'instalment') then 280000 + 1400000 * pow(draw('price', sale_no), 2)
        when sale_type = 'lease' then 160000 + 640000 * pow(draw('price', sale_no), 2)
        when sale_type = 'parts' then 4000 + 76000 * pow(draw('price', sale_no), 2)
        else 2000 + 38000 * pow(draw('price', sale_no), 2)
    end / rate_on(currency_code, getvariable('starts_on')::date), 2)::decimal(18, 2) as amount,
    rate_on(currency_code, sold_on) as fx_rate,
    sold_on - case when sale_type in ('parts', 'service') then between_days(2, 20, 'lead time', sale_no) else between_days(20, 60, 'lead time', sale_no) end as ordered_on,
    number_of('18', sale_no) as invoice_no,
    'SO' || lpad(sale_no::varchar, 10, '0') as order_no,
    draw('names instalment', sale_no) < 0.7 as names_instalment,
    draw('dispute', sale_no) < 0.02 as is_disputed,
    -- One invoice in a hundred was wrong at first: it is cancelled, and billed anew.
    sale_type in ('parts', 'service', 'outright') and draw('billed wrongly', sale_no) < 0.01 and sold_on - 5 >= getvariable('starts_on')::date as is_rebilled
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
    sale_no, instalment_no, customer_no, customer_code, payer, usual_days_late, late_spread, defaulted_on, crisis_on, company_code, currency_code, fx_rate,
    invoice_no, names_instalment, is_disputed, instalment_count, sale_type, sold_on,
    case
        when instalment_count = 1 then sold_on + terms_days
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

-- What happens to each instalment: credited, paid (in one part or two), or left open and one day written off. A cheque may bounce
-- and the money come weeks later, a customer may pay twice and get it back, and something may come of what was written off.
create or replace temp table settlements as
with timed as (
    select
        *,
        case when sale_type in ('parts', 'service') and draw('credit note', payment_no) < 0.03
            then round(instalment_amount * 0.1, 2) else 0 end::decimal(18, 2) as credited_amount,
        round(usual_days_late + late_spread * (draw('late', payment_no) + draw('later', payment_no) - 1)
            + case when defaulted_on is not null then greatest(0, 70 - (defaulted_on - due_date) / 4) else 0 end
            + case when due_date between crisis_on - 30 and crisis_on + 150 then 45 else 0 end)::integer
        + case when is_disputed then 55 else 0 end as days_late
    from sale_instalments
),

parted as (
    select
        *,
        case when sale_type = 'instalment' and instalment_no = 1 then sold_on else greatest(due_date + days_late, sold_on) end as paid_on,
        instalment_amount - credited_amount as payable_amount,
        draw('split', payment_no) < 0.08 as is_split
    from timed
),

settled as (
    select parted.*, parts.part, (payment_no + parts.part)::bigint as settlement_no,
        paid_on + 20 * parts.part as settled_on,
        case when not is_split then payable_amount when parts.part = 0 then round(payable_amount * 0.6, 2)
            else payable_amount - round(payable_amount * 0.6, 2) end::decimal(18, 2) as settled_amount,
        coalesce(paid_on + 20 * parts.part >= defaulted_on, false) as is_lost,
        case when sale_type = 'instalment' and instalment_no = 1 then 'AN' else 'DZ' end as receipt_type
    from parted, unnest(case when is_split then [0, 1] else [0] end) as parts(part)
)

select
    * exclude (is_lost),
    is_lost,
    not is_lost and settled_on <= getvariable('ends_on')::date as is_paid,
    is_lost and defaulted_on + 270 <= getvariable('ends_on')::date as is_written_off,
    not is_lost and receipt_type = 'DZ' and settled_on + 5 <= getvariable('ends_on')::date
        and (defaulted_on is null or settled_on + 50 < defaulted_on)
        and draw('bounces', settlement_no) < case payer when 'defaulter' then 0.03 when 'habitual' then 0.012 when 'erratic' then 0.008 else 0.002 end as is_bounced,
    settled_on + 5 + between_days(6, 40, 'paid for good', settlement_no) as paid_again_on,
    not is_lost and draw('paid twice', settlement_no) < 0.0015 and settled_on + 3 <= getvariable('ends_on')::date as is_paid_twice,
    settled_on + 3 + between_days(10, 45, 'paid back', settlement_no) as paid_back_on,
    defaulted_on + 270 + between_days(30, 240, 'recovered', customer_no) as recovered_on,
    is_lost and draw('recovers', customer_no) < 0.3 as is_recovered,
    round(settled_amount * (0.05 + 0.3 * draw('recovered share', customer_no)), 2)::decimal(18, 2) as recovered_amount,
    not is_lost and part = 0 and days_late > 60 and settled_on + 2 <= getvariable('ends_on')::date and draw('interest', payment_no) < 0.25 as bears_interest,
    greatest(round(instalment_amount * 0.0002 * days_late, 2), 0.01)::decimal(18, 2) as interest_amount,
    settled_on + 2 + 30 + between_days(-5, 40, 'interest paid', payment_no) as interest_paid_on
from settled;

-- Every posting, one kind after the other. What pays foreign money is posted at the rate of its own day.
create or replace temp table documents as
with postings as (
    select
        company_code, invoice_no as document_no, 'RV' as type_code, customer_code, sold_on as document_date, sold_on + (draw('posted later', sale_no) < 0.03)::integer * 2 as accounting_date,
        case when instalment_count = 1 then sold_on + terms_days end as due_date, currency_code, amount, order_no,
        case when is_rebilled then number_of('21', sale_no) end as reference_no, salesperson_code, sale_type
    from sales
    union all
    select company_code, number_of('21', sale_no), 'RV', customer_code, sold_on - 5, sold_on - 5, sold_on - 5 + terms_days, currency_code, round(amount * 1.08, 2), order_no, null, salesperson_code, sale_type
    from sales where is_rebilled
    union all
    select company_code, number_of('22', sale_no), 'DG', customer_code, sold_on, sold_on, null, currency_code, -round(amount * 1.08, 2), order_no, number_of('21', sale_no), salesperson_code, null
    from sales where is_rebilled
    union all
    select company_code, number_of('14', settlement_no), receipt_type, customer_code, received_on, received_on, null, currency_code, -settled_amount, null,
        case when draw('names invoice', settlement_no) < 0.6 then invoice_no end, null, null
    from (select *, case receipt_type when 'AN' then greatest(settled_on - 5, getvariable('starts_on')::date) else settled_on end as received_on from settlements where is_paid) as receipts
    union all
    select company_code, number_of('23', settlement_no), 'RB', customer_code, settled_on + 5, settled_on + 5, null, currency_code, settled_amount, null, number_of('14', settlement_no), null, null
    from settlements where is_bounced
    union all
    select company_code, number_of('15', settlement_no), 'DZ', customer_code, paid_again_on, paid_again_on, null, currency_code, -settled_amount, null, invoice_no, null, null
    from settlements where is_bounced
    union all
    select company_code, number_of('17', settlement_no), 'DZ', customer_code, settled_on + 3, settled_on + 3, null, currency_code, -settled_amount, null, invoice_no, null, null
    from settlements where is_paid_twice
    union all
    select company_code, number_of('24', settlement_no), 'RF', customer_code, paid_back_on, paid_back_on, null, currency_code, settled_amount, null, number_of('17', settlement_no), null, null
    from settlements where is_paid_twice
    union all
    select company_code, number_of('16', settlement_no), 'DG', customer_code, sold_on + 10, sold_on + 10, null, currency_code, -credited_amount, null, invoice_no, null, null
    from settlements where part = 0 and credited_amount > 0
    union all
    select company_code, number_of('19', settlement_no), 'WO', customer_code, defaulted_on + 270, defaulted_on + 270, null, currency_code, -settled_amount, null, invoice_no, null, null
    from settlements where is_written_off
    union all
    select company_code, number_of('25', settlement_no), 'RC', customer_code, recovered_on, recovered_on, null, currency_code, recovered_amount, null, number_of('19', settlement_no), null, null
    from settlements where is_recovered and is_written_off and recovered_amount > 0
    union all
    select company_code, number_of('26', settlement_no), 'DZ', customer_code, recovered_on, recovered_on, null, currency_code, -recovered_amount, null, number_of('25', settlement_no), null, null
    from settlements where is_recovered and is_written_off and recovered_amount > 0
    union all
    select company_code, number_of('27', payment_no), 'DD', customer_code, settled_on + 2, settled_on + 2, settled_on + 32, currency_code, interest_amount, null, invoice_no, null, null
    from settlements where bears_interest
    union all
    select company_code, number_of('28', payment_no), 'DZ', customer_code, interest_paid_on, interest_paid_on, null, currency_code, -interest_amount, null, number_of('27', payment_no), null, null
    from settlements where bears_interest
)

select * replace (amount::decimal(18, 2) as amount), rate_on(currency_code, document_date) as fx_rate
from postings
where accounting_date <= getvariable('ends_on')::date;

-- Applications: most on the day of the receipt, some days later, a few only after months, and one receipt in five hundred never.
-- A bounced cheque is taken back from what it had paid and set against the bank's debit.
create or replace temp table applications as
with applied as (
    select company_code, 'CL' as kind, number_of('14', settlement_no) as credit_document_no, invoice_no as debit_document_no,
        case when names_instalment then instalment_no end as debit_instalment_no, settled_amount as applied_amount,
        settled_on + case
            when is_bounced then 0
            when draw('late application', settlement_no) < 0.03 then between_days(1, 20, 'application day', settlement_no)
            when draw('late application', settlement_no) < 0.035 then between_days(30, 120, 'application day', settlement_no)
            else 0
        end as applied_on
    from settlements
    where is_paid and (is_bounced or draw('never applied', settlement_no) >= 0.002)
    union all
    select company_code, 'CR', number_of('14', settlement_no), invoice_no, case when names_instalment then instalment_no end, -settled_amount, settled_on + 5
    from settlements where is_bounced
    union all
    select company_code, 'CL', number_of('14', settlement_no), number_of('23', settlement_no), null, settled_amount, settled_on + 5
    from settlements where is_bounced
    union all
    select company_code, 'CL', number_of('15', settlement_no), invoice_no, case when names_instalment then instalment_no end, settled_amount, paid_again_on
    from settlements where is_bounced
    union all
    select company_code, 'CL', number_of('17', settlement_no), number_of('24', settlement_no), null, settled_amount, paid_back_on
    from settlements where is_paid_twice
    union all
    select company_code, 'CL', number_of('16', settlement_no), invoice_no, case when names_instalment then instalment_no end, credited_amount, sold_on + 10
    from settlements where part = 0 and credited_amount > 0
    union all
    select company_code, 'CL', number_of('19', settlement_no), invoice_no, case when names_instalment then instalment_no end, settled_amount, defaulted_on + 270
    from settlements where is_written_off
    union all
    select company_code, 'CL', number_of('26', settlement_no), number_of('25', settlement_no), null, recovered_amount, recovered_on
    from settlements where is_recovered and is_written_off and recovered_amount > 0
    union all
    select company_code, 'CL', number_of('28', payment_no), number_of('27', payment_no), null, interest_amount, interest_paid_on
    from settlements where bears_interest
    union all
    select company_code, 'CL', number_of('22', sale_no), number_of('21', sale_no), null, round(amount * 1.08, 2), sold_on
    from sales where is_rebilled
)

select company_code, kind || credit_document_no || '-' || left(debit_document_no, 2) as application_no, credit_document_no, debit_document_no, debit_instalment_no, applied_on, applied_amount
from applied
where applied_on <= getvariable('ends_on')::date;

-- What the exports that are written once need of this part: open foreign money by valuation day, who was overdue at which month-ends, and wrong orders.
insert into foreign_valuations
select company_code, customer_code, currency_code, valued_on, sum(settled_amount * (rate_on(currency_code, valued_on) - fx_rate)) as amount
from settlements, (select unnest(generate_series(getvariable('starts_on')::date, getvariable('ends_on')::date, interval 6 month)) as half_year) as half_years,
    lateral (select (date_trunc('year', half_year) + case when month(half_year) <= 6 then interval 6 month else interval 12 month end - interval 1 day)::date as valued_on) as days
where currency_code <> 'CNY' and valued_on < getvariable('ends_on')::date and sold_on <= valued_on
  and (case when is_lost then not is_written_off or defaulted_on + 270 > valued_on else settled_on > valued_on end)
group by all;

insert into overdue_months
select distinct rule_code, customer_no, month_end::date as month_end
from settlements,
    (values ('overdue_unexplained', 30), ('late_concentration', 61), ('long_overdue', 90)) as rules(rule_code, days),
    unnest(generate_series(
        last_day(due_date + case when rule_code = 'long_overdue' and defaulted_on is not null then 60 else days end)::timestamp,
        least(case when is_lost then case when is_written_off then defaulted_on + 269 else getvariable('ends_on')::date end else settled_on - 1 end, getvariable('ends_on')::date)::timestamp,
        interval 1 month
    )) as month_ends(month_end)
where case when is_lost then getvariable('ends_on')::date else settled_on end > due_date + 30;

insert into wrong_orders
select company_code, order_no, customer_code, ordered_on, sold_on, currency_code, amount, fx_rate
from sales where draw('bad order', sale_no) < 0.001 and draw('order corrected', sale_no) < 0.5;

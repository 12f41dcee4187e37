-- A large ledger as Parquet: invoices (one in twenty-five in 12 instalments), the payments on them, and a receipt for what a customer pays
-- in a month. Variables: folder, invoice_count, application_count, customer_count.
create macro draw(name, number) as (hash(name, number) % 1000003) / 1000003.0;

create table invoices as
select
    number,
    'I' || lpad(number::varchar, 10, '0') as document_no,
    'C' || (number % 3)::varchar as company_code,
    floor(draw('customer', number) * getvariable('customer_count'))::bigint as customer_no,
    date '2023-11-01' + floor(draw('day', number) * 1080)::integer as document_date,
    draw('instalments', number) < 0.04 as has_instalments,
    draw('names', number) < 0.5 as names_instalments,
    round(100 + 90000 * pow(draw('amount', number), 3), 2)::decimal(18, 2) as amount
from range(getvariable('invoice_count')::bigint) as numbers(number);

create table payments as
with counted as (
    select *, floor(
        draw('payments', number) * 2 * getvariable('application_count') / getvariable('invoice_count') + draw('one_more', number)
    )::integer as payment_count
    from invoices
)

select
    counted.*,
    part::integer as part,
    number * 100 + part as payment_no,
    least(document_date + floor(draw('late', number * 100 + part) * (70 + 300 * has_instalments::integer))::integer + 20 * part::integer, date '2026-10-31') as paid_on,
    (floor(amount * 100 * (0.7 + 0.4 * draw('share', number)) / payment_count) / 100)::decimal(18, 2) as paid_amount
from counted, unnest(range(1, payment_count + 1)) as parts(part);

create table receipts as
select
    'R' || lpad(row_number() over (order by company_code, customer_no, date_trunc('month', paid_on))::varchar, 10, '0') as document_no,
    company_code, customer_no, date_trunc('month', paid_on)::date as paid_month, min(paid_on) as document_date, sum(paid_amount)::decimal(18, 2) as amount
from payments
group by company_code, customer_no, date_trunc('month', paid_on);

copy (
    select company_code, document_no, 'invoice' as document_type, customer_no::varchar as customer_code, document_date, document_date as accounting_date,
        case when not has_instalments then document_date + 45 end as due_date, 'CNY' as currency_code, amount
    from invoices
    union all
    select company_code, document_no, 'receipt', customer_no::varchar, document_date, document_date, null, 'CNY', -amount from receipts
) to (getvariable('folder') || '/documents.parquet') (format parquet);

copy (
    select company_code, document_no, part::integer as instalment_no, (document_date + to_months(part::integer))::date as due_date,
        case when part < 12 then (floor(amount * 100 / 12) / 100)::decimal(18, 2)
            else amount - 11 * (floor(amount * 100 / 12) / 100)::decimal(18, 2) end::decimal(18, 2) as amount
    from invoices, unnest(range(1, 13)) as parts(part)
    where has_instalments
) to (getvariable('folder') || '/instalments.parquet') (format parquet);

copy (
    select payments.company_code, 'A' || payment_no::varchar as application_no, receipts.document_no as credit_document_no,
        payments.document_no as debit_document_no,
        case when has_instalments and names_instalments then (part - 1) % 12 + 1 end::integer as debit_instalment_no,
        payments.paid_on as application_date, payments.paid_amount as applied_amount
    from payments
    inner join receipts
        on payments.company_code = receipts.company_code and payments.customer_no = receipts.customer_no
        and date_trunc('month', payments.paid_on) = receipts.paid_month
) to (getvariable('folder') || '/applications.parquet') (format parquet);

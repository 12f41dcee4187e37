-- The yardstick: balance periods and aging of 25 dates as someone would write them by hand for this one ledger and policy, in one script.
-- Variables: folder, as_of_date, window_start. One currency, due-date basis, FIFO, no disputes, no corrections: it may leave out what
-- it knows not to occur. Answers: tables yardstick_periods and yardstick_aging.
create table documents as from read_parquet(getvariable('folder') || '/documents.parquet');

create table parts as
select documents.company_code, documents.document_no, coalesce(instalments.instalment_no, 1)::integer as instalment_no, documents.customer_code,
    documents.accounting_date, coalesce(instalments.due_date, documents.due_date, documents.document_date) as due_date,
    coalesce(instalments.amount, documents.amount) as amount, instalments.instalment_no is not null as is_part
from documents
left join read_parquet(getvariable('folder') || '/instalments.parquet') as instalments using (company_code, document_no);

create table effective as
select applications.company_code, application_no, credit_document_no, debit_document_no, debit_instalment_no, applied_amount,
    greatest(application_date, credits.accounting_date, debits.accounting_date) as effective_date
from read_parquet(getvariable('folder') || '/applications.parquet') as applications
inner join documents as credits
    on credits.company_code = applications.company_code and credits.document_no = credit_document_no
inner join documents as debits
    on debits.company_code = applications.company_code and debits.document_no = debit_document_no;

create table with_parts as
select distinct company_code, document_no from read_parquet(getvariable('folder') || '/instalments.parquet');

create table moves as
with queue as (
    select company_code, document_no, instalment_no, amount,
        sum(amount) over (partition by company_code, document_no order by due_date, instalment_no) as through_amount,
        row_number() over (partition by company_code, document_no order by due_date desc, instalment_no desc) = 1 as is_last
    from parts where is_part
),
settled as (
    select effective.*, with_parts.document_no is not null and debit_instalment_no is null as is_unnamed
    from effective
    left join with_parts on with_parts.company_code = effective.company_code and with_parts.document_no = debit_document_no
),
unnamed as (
    select company_code, debit_document_no as document_no, effective_date, applied_amount,
        sum(applied_amount) over (partition by company_code, debit_document_no order by effective_date, application_no) as total
    from settled where is_unnamed
)
select company_code, document_no, instalment_no, accounting_date as moved_on, amount from parts
union all
select company_code, credit_document_no, 1, effective_date, applied_amount from settled
union all
select company_code, debit_document_no, coalesce(debit_instalment_no, 1), effective_date, -applied_amount from settled where not is_unnamed
union all
select company_code, document_no, instalment_no, effective_date,
    -(case when is_last then total else least(total, through_amount) end - greatest(total - unnamed.applied_amount, through_amount - queue.amount))
from unnamed inner join queue using (company_code, document_no)
where (is_last or total - unnamed.applied_amount < through_amount) and total > through_amount - queue.amount;

create table yardstick_periods as
with daily as (
    select company_code, document_no, instalment_no, moved_on, sum(amount) as amount from moves group by all
),
running as (
    select company_code, document_no, instalment_no, moved_on as valid_from,
        lead(moved_on) over item as valid_before, sum(amount) over item as open_amount
    from daily
    window item as (partition by company_code, document_no, instalment_no order by moved_on)
)
select running.*, parts.customer_code, parts.due_date
from running inner join parts using (company_code, document_no, instalment_no)
where open_amount <> 0;

create table yardstick_aging as
with dates as (
    select unnest(generate_series(getvariable('window_start')::date, getvariable('as_of_date')::date, interval 1 month)) as month_start
),
items as (
    select last_day(dates.month_start) as as_of_date, periods.*, last_day(dates.month_start) - periods.due_date as days_past_due
    from yardstick_periods as periods, dates
    where last_day(dates.month_start) >= valid_from and (valid_before is null or last_day(dates.month_start) < valid_before)
)
select as_of_date, company_code, customer_code,
    case when open_amount < 0 then 'unapplied' when days_past_due <= 0 then 'not_due' when days_past_due <= 30 then '1-30'
        when days_past_due <= 60 then '31-60' when days_past_due <= 90 then '61-90' else '90+' end as bucket_code,
    sum(open_amount)::decimal(18, 2) as outstanding_amount, count(*) as item_count
from items group by all;

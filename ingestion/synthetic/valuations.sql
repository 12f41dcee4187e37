-- Postings of the half-yearly valuation of open foreign money, and their taking back on the next day; one row per posting.
create or replace table valuation_postings as
with summed as (
    select company_code, customer_code, currency_code, valued_on, round(sum(amount), 2)::decimal(18, 2) as amount
    from foreign_valuations
    group by all
    having round(sum(amount), 2) <> 0
),

numbered as (
    select *, 'FV' || strftime(valued_on, '%y%m') || customer_code || currency_code as document_no from summed
)

select company_code, customer_code, document_no, valued_on as posted_on, amount, false as is_taken_back from numbered
union all
select company_code, customer_code, document_no || '-R', valued_on + 1, -amount, true from numbered;

insert into monthly_totals
select company_code, 'CNY', date_trunc('month', posted_on), sum(amount) from valuation_postings group by all;

-- What is gathered from one part of the ledger after the other, for files that are written once.
create or replace table monthly_totals (company_code varchar, currency_code varchar, posting_month date, amount decimal(38, 2));
create or replace table foreign_valuations (company_code varchar, customer_code varchar, currency_code varchar, valued_on date, amount decimal(38, 6));
create or replace table overdue_months (rule_code varchar, customer_no bigint, month_end date);
create or replace table wrong_orders (
    company_code varchar, order_no varchar, customer_code varchar, ordered_on date, sold_on date, currency_code varchar, amount decimal(18, 2), fx_rate decimal(18, 4)
);

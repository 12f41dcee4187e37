-- What an alert rests on: its measure, and the documents, payments, orders, bureau events, confirmations, exposures and debtors that it was taken from.
-- Grain: one row per as_of_date, alert_id, evidence_type and evidence_key.
--
-- For each alert on the day on which it was raised, and as of the refresh while it stands.
with standing as (
    select
        raised.as_of_date,
        raised.alert_id,
        raised.subject_type,
        raised.subject_code,
        case when raised.subject_type = 'customer' then raised.subject_code end as customer_id,
        rules.measure_code,
        rules.comparison,
        raised.measured_value,
        raised.threshold_value
    from {{ ref("int_alerts__raised") }} as raised
    inner join {{ ref("policy_alert_rules") }} as rules
        on raised.policy_version = rules.policy_version and raised.rule_code = rules.rule_code
    where raised.as_of_date in (raised.raised_on, {{ as_of_date() }})
),

-- Items that are late enough themselves; those that are explained do not make an alert on unexplained ones.
overdue_items as (
    select
        standing.as_of_date,
        standing.alert_id,
        'open_item' as evidence_type,
        items.company_code,
        items.document_no,
        items.instalment_no,
        items.due_date as evidence_date,
        items.outstanding_amount as evidence_amount,
        items.currency_code,
        items.days_overdue || ' days overdue' as detail
    from standing
    inner join {{ ref("int_measures__parameters") }} as parameters on standing.as_of_date = parameters.as_of_date
    inner join {{ ref("int_alerts__raised_customers") }} as members
        on standing.as_of_date = members.as_of_date and standing.alert_id = members.alert_id
    inner join {{ ref("int_aging__open_items") }} as items on {{ same_customer("members", "items") }}
    left join {{ ref("int_collection__items_explained") }} as explained
        on items.as_of_date = explained.as_of_date
        and items.company_code = explained.company_code
        and items.document_no = explained.document_no
        and items.instalment_no = explained.instalment_no
    where
        items.outstanding_amount > 0
        and case
            when standing.measure_code in ('longest_overdue_days', 'group_longest_overdue_days')
                then items.days_overdue > 0 and {{ meets_rule("items.days_overdue", "standing.comparison", "standing.threshold_value") }}
            when standing.measure_code = 'longest_unexplained_overdue_days'
                then
                    items.days_overdue > 0 and explained.document_no is null
                    and {{ meets_rule("items.days_overdue", "standing.comparison", "standing.threshold_value") }}
            when standing.measure_code = 'late_share_pct' then items.days_overdue > parameters.late_beyond_days
            when standing.measure_code = 'overdue_share_pct' then items.days_overdue > 0
            else false
        end
),

ending_claims as (
    select
        standing.as_of_date, standing.alert_id, 'open_item' as evidence_type, items.company_code, items.document_no, items.instalment_no,
        items.barred_on as evidence_date, items.outstanding_amount as evidence_amount, items.currency_code,
        'barred on ' || cast(items.barred_on as varchar) as detail
    from standing
    inner join {{ ref("int_limitation__items") }} as items on {{ same_customer("standing", "items") }}
    where
        standing.measure_code = 'limitation_days_left'
        and {{ meets_rule(days_between("standing.as_of_date", "items.barred_on"), "standing.comparison", "standing.threshold_value") }}
),

document_items as (
    select
        items.*,
        items.company_code || '/' || items.document_no || '/' || cast(items.instalment_no as varchar) as evidence_key,
        documents.load_id,
        documents.line_number
    from (select * from overdue_items union all select * from ending_claims) as items
    inner join {{ ref("stg_erp__documents") }} as documents
        on items.company_code = documents.company_code and items.document_no = documents.document_no
),

late_payments as (
    select
        standing.as_of_date, standing.alert_id, 'payment' as evidence_type, payments.company_code, payments.document_no,
        payments.instalment_no, payments.paid_on as evidence_date, payments.paid_amount as evidence_amount, documents.currency_code,
        payments.days_late || ' days late' as detail,
        payments.company_code || '/' || payments.receipt_no || '/' || payments.document_no || '/' || cast(payments.instalment_no as varchar)
            || '/' || cast(payments.effective_date as varchar) as evidence_key,
        receipts.load_id,
        receipts.line_number
    from standing
    inner join {{ ref("int_measures__parameters") }} as parameters on standing.as_of_date = parameters.as_of_date
    inner join {{ ref("int_dates__receivables_policies") }} as aging on standing.as_of_date = aging.as_of_date
    inner join {{ ref("int_payments__recognised") }} as payments
        on standing.customer_id = payments.customer_id
        and {{ is_chosen_by("aging", "payments") }}
        and payments.effective_date <= standing.as_of_date
        and payments.effective_date > {{ dbt.dateadd("day", "-parameters.recent_payment_window_days", "standing.as_of_date") }}
        and {{ stands_on("standing.as_of_date") }}
    inner join {{ ref("stg_erp__documents") }} as documents
        on payments.company_code = documents.company_code and payments.document_no = documents.document_no
    inner join {{ ref("stg_erp__documents") }} as receipts
        on payments.company_code = receipts.company_code and payments.receipt_no = receipts.document_no
    where standing.measure_code in ('days_late_change', 'weighted_days_late') and payments.days_late > 0
),

compared_orders as (
    select
        standing.as_of_date, standing.alert_id, orders.company_code, orders.order_no, orders.order_date, orders.order_amount,
        orders.currency_code, orders.load_id, orders.line_number, standing.measure_code,
        {{ dbt.dateadd("day", "-parameters.order_window_days", "standing.as_of_date") }} as current_after,
        {{ dbt.dateadd("day", "-parameters.order_comparison_offset_days", "standing.as_of_date") }} as compared_to,
        {{ dbt.dateadd("day", "-parameters.recent_order_window_days", "standing.as_of_date") }} as recent_after,
        row_number() over (
            partition by
                standing.as_of_date, standing.alert_id,
                orders.order_date > {{ dbt.dateadd("day", "-parameters.recent_order_window_days", "standing.as_of_date") }}
            order by orders.order_base_amount desc nulls last, orders.company_code, orders.order_no
        ) as size_order
    from standing
    inner join {{ ref("int_measures__parameters") }} as parameters on standing.as_of_date = parameters.as_of_date
    inner join {{ ref("int_measures__orders_valued") }} as orders
        on standing.customer_id = orders.customer_id
        and orders.order_date <= standing.as_of_date
        and orders.order_date
        > {{ dbt.dateadd("day", "-(parameters.order_comparison_offset_days + parameters.order_window_days)", "standing.as_of_date") }}
    where standing.measure_code in ('order_change_pct', 'largest_order_ratio')
),

orders as (
    select
        *,
        case
            when measure_code = 'largest_order_ratio' then 'the largest recent order'
            when order_date > current_after then 'in the present window'
            else 'in the window compared with'
        end as detail
    from compared_orders
    where
        (measure_code = 'order_change_pct' and (order_date > current_after or order_date <= compared_to))
        or (measure_code = 'largest_order_ratio' and order_date > recent_after and size_order = 1)
),

bureau_events as (
    select standing.as_of_date, standing.alert_id, events.*
    from standing
    inner join {{ ref("int_measures__parameters") }} as parameters on standing.as_of_date = parameters.as_of_date
    inner join {{ ref("int_identity__codes_held") }} as held on standing.customer_id = held.customer_id and held.is_main
    inner join {{ ref("stg_bureau__events") }} as events
        on held.unified_social_credit_code = events.unified_social_credit_code and events.published_on <= standing.as_of_date
    where
        (
            (
                (standing.measure_code = 'control_change_count' and events.event_type = 'control_change')
                or (standing.measure_code = 'litigation_amount' and events.event_type = 'litigation')
            )
            and events.event_date > {{ dbt.dateadd("day", "-parameters.event_window_days", "standing.as_of_date") }}
        )
        or (
            standing.measure_code = 'management_change_count' and events.event_type = 'control_change'
            and events.event_date > {{ dbt.dateadd("day", "-parameters.management_window_days", "standing.as_of_date") }}
        )
        or (
            (
                (standing.measure_code = 'mortgage_count' and events.event_type = 'mortgage')
                or (standing.measure_code = 'pledged_share_pct' and events.event_type = 'pledge')
                or (standing.measure_code = 'dishonest_listing_count' and events.event_type = 'dishonest_debtor_listing')
                or (standing.measure_code = 'bankrupt_customer_count' and events.event_type = 'customer_bankruptcy')
            )
            and (events.ended_on is null or events.ended_on > standing.as_of_date)
        )
),

confirmed_before as (
    select standing.as_of_date, standing.alert_id, confirmed.*
    from standing
    inner join {{ ref("int_identity__accounts_named") }} as accounts on standing.customer_id = accounts.customer_id
    inner join {{ ref("stg_erp__statement_confirmations") }} as confirmed
        on accounts.company_code = confirmed.company_code
        and accounts.customer_code = confirmed.customer_code
        and confirmed.confirmed_on <= standing.as_of_date
),

confirmations as (
    select
        standing.as_of_date,
        standing.alert_id,
        coalesce(confirmed.confirmation_id, 'none') as confirmation_id,
        confirmed.company_code,
        confirmed.confirmed_on,
        confirmed.confirmed_amount,
        case when confirmed.confirmation_id is null then 'no statement was ever confirmed' else 'confirmed before' end as detail,
        confirmed.load_id,
        confirmed.line_number
    from standing
    left join confirmed_before as confirmed
        on standing.as_of_date = confirmed.as_of_date and standing.alert_id = confirmed.alert_id
    where standing.measure_code = 'months_since_confirmation'
),

exposures as (
    select
        standing.as_of_date,
        standing.alert_id,
        members.customer_id,
        exposed.exposure_base_amount,
        exposed.credit_limit_amount
    from standing
    inner join {{ ref("int_alerts__raised_customers") }} as members
        on standing.as_of_date = members.as_of_date and standing.alert_id = members.alert_id
    inner join {{ ref("int_exposure__customers") }} as exposed on {{ same_customer("members", "exposed") }}
    where standing.measure_code in ('over_limit_amount', 'limit_use_pct', 'group_over_limit_amount')
),

-- Who owes what is overdue with a salesperson.
debtors as (
    select
        standing.as_of_date,
        standing.alert_id,
        items.customer_id,
        {{ known_sum("items.outstanding_base_amount") }} as overdue_base_amount,
        max(items.days_overdue) as longest_overdue_days
    from standing
    inner join {{ ref("int_aging__open_items") }} as items
        on standing.as_of_date = items.as_of_date and standing.subject_code = items.salesperson_code
    where
        standing.subject_type = 'salesperson' and standing.measure_code in ('overdue_rate_pct', 'red_line_excess_pct')
        and items.outstanding_amount > 0 and items.days_overdue > 0
    group by standing.as_of_date, standing.alert_id, items.customer_id
),

measures as (
    select
        standing.as_of_date,
        standing.alert_id,
        standing.measure_code,
        standing.measured_value,
        {{ measure_row("load_id", "standing.measure_code", "measured", "metrics") }} as load_id,
        {{ measure_row("line_number", "standing.measure_code", "measured", "metrics") }} as line_number
    from standing
    left join {{ ref("int_customers__measured") }} as measured on {{ same_customer("standing", "measured") }}
    {{ left_join_metrics("standing", "standing", "subject_code") }}
),

collected as (
    select
        as_of_date, alert_id, evidence_type, evidence_key, company_code, document_no, instalment_no, evidence_date, evidence_amount,
        currency_code, detail, load_id, line_number
    from document_items
    union all
    select
        as_of_date, alert_id, evidence_type, evidence_key, company_code, document_no, instalment_no, evidence_date, evidence_amount,
        currency_code, detail, load_id, line_number
    from late_payments
    union all
    select
        as_of_date, alert_id, 'order', company_code || '/' || order_no, company_code, null, null, order_date, order_amount,
        currency_code, detail, load_id, line_number
    from orders
    union all
    select
        as_of_date, alert_id, 'bureau_event', event_id, null, null, null, event_date, event_amount,
        case when event_amount is not null then 'CNY' end, event_type, load_id, line_number
    from bureau_events
    union all
    select
        as_of_date, alert_id, 'statement_confirmation', confirmation_id, company_code, null, null, confirmed_on, confirmed_amount,
        null, detail, load_id, line_number
    from confirmations
    union all
    select
        as_of_date, alert_id, 'exposure', customer_id, null, null, null, null, exposure_base_amount,
        null, 'against a limit of ' || cast(credit_limit_amount as varchar), null, null
    from exposures
    union all
    select
        as_of_date, alert_id, 'debtor', customer_id, null, null, null, null, overdue_base_amount,
        null, longest_overdue_days || ' days overdue', null, null
    from debtors
    union all
    select
        as_of_date, alert_id, 'measure', measure_code, null, null, null, null, null,
        null, 'measured ' || cast(measured_value as varchar), load_id, line_number
    from measures
)

select
    as_of_date,
    alert_id,
    evidence_type,
    evidence_key,
    company_code,
    document_no,
    cast(instalment_no as integer) as instalment_no,
    evidence_date,
    cast(evidence_amount as decimal(18, 2)) as evidence_amount,
    currency_code,
    detail,
    load_id,
    line_number
from collected

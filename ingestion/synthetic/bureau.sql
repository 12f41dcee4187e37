-- What the bureau hears of the customers; one row per event. Much of it comes before a default, and some befalls the healthy.
create or replace table bureau_told as
with told as (
    select customer_no, credit_code, false as is_healthy, 'litigation' as kind, defaulted_on - between_days(60, 150, 'lawsuit day', customer_no) as happened_on, null::decimal(9, 2) as share,
        (200000 + 3000000 * draw('lawsuit size', customer_no))::decimal(18, 2) as at_stake, '买卖合同纠纷被起诉' as words
    from customers where defaulted_on is not null and draw('lawsuit', customer_no) < 0.6
    union all
    select customer_no, credit_code, false, 'pledge', defaulted_on - between_days(120, 260, 'pledge day', customer_no), (40 + 55 * draw('pledge share', customer_no))::decimal(9, 2), null, '核心股东股权质押'
    from customers where defaulted_on is not null and draw('pledge', customer_no) < 0.4
    union all
    select customer_no, credit_code, false, 'mortgage', defaulted_on - between_days(90, 240, 'mortgage day', customer_no), null, (500000 + 4000000 * draw('mortgage size', customer_no))::decimal(18, 2), '主要设备动产抵押'
    from customers where defaulted_on is not null and draw('mortgage', customer_no) < 0.35
    union all
    select customer_no, credit_code, false, 'control_change', defaulted_on - between_days(60, 200, 'control day', customer_no), null, null, '法定代表人变更'
    from customers where defaulted_on is not null and draw('control', customer_no) < 0.35
    union all
    select customer_no, credit_code, false, 'dishonest_debtor_listing', defaulted_on + between_days(30, 120, 'listing day', customer_no), null, null, '被列为失信被执行人'
    from customers where defaulted_on is not null and draw('listing', customer_no) < 0.5
    union all
    select customer_no, credit_code, false, 'bankruptcy', defaulted_on + between_days(120, 300, 'bankruptcy day', customer_no), null, null, '法院受理破产申请'
    from customers where defaulted_on is not null and draw('bankrupt', customer_no) < 0.2
    union all
    select customer_no, credit_code, false, 'customer_bankruptcy', defaulted_on - between_days(30, 120, 'their customer day', customer_no), null, null, '主要客户破产'
    from customers where defaulted_on is not null and draw('their customer', customer_no) < 0.12
    union all
    select customer_no, credit_code, true, kind, getvariable('starts_on')::date + between_days(0, getvariable('day_count')::integer, kind || ' of the healthy, day', customer_no),
        case kind when 'pledge' then (20 + 60 * draw('healthy share', customer_no))::decimal(9, 2) end,
        case kind when 'litigation' then (10000 + 700000 * pow(draw('healthy lawsuit', customer_no), 3))::decimal(18, 2) when 'mortgage' then 800000 end,
        case kind when 'litigation' then '劳动争议' when 'pledge' then '股权质押' when 'mortgage' then '设备动产抵押' when 'control_change' then '法定代表人变更'
            when 'customer_bankruptcy' then '主要客户破产' when 'dishonest_debtor_listing' then '被列为失信被执行人' else '媒体负面报道' end
    from customers,
        (values ('litigation', 0.06), ('pledge', 0.03), ('mortgage', 0.04), ('control_change', 0.06), ('customer_bankruptcy', 0.01), ('dishonest_debtor_listing', 0.004), ('negative_news', 0.04)) as kinds(kind, chance)
    where defaulted_on is null and draw(kind || ' of the healthy', customer_no) < chance
)

select *, happened_on + between_days(0, 7, kind || ' published', customer_no) as published_on,
    -- A pledge of the healthy is redeemed within the year, and who pays is struck off the list.
    case when is_healthy and kind in ('pledge', 'mortgage', 'dishonest_debtor_listing') and happened_on + 300 <= getvariable('ends_on')::date
        then happened_on + between_days(90, 300, kind || ' ended', customer_no) end as ended_on
from told
where credit_code is not null;

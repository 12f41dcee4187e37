-- The customers and how they pay; one row per customer_no. What a customer is like lasts: one weakness shows in its payments, its
-- statements, its terms and what the bureau hears of it, each with its own chance. A defaulter stops paying on defaulted_on.
create or replace table customers as
with numbered as (
    select
        customer_no,
        pick(['E48', 'C35', 'L71', 'B06', 'C33'], 'industry', customer_no) as industry_code,
        draw('newcomer', customer_no) < 0.2 as is_newcomer,
        -- One customer in fifty has ordered for the first time in the last weeks: nothing is posted yet.
        draw('prospect', customer_no) < 0.02 as is_prospect,
        draw('country', customer_no) as country_draw
    from range(getvariable('customer_count')::bigint) as numbers(customer_no)
),

-- In a weak industry more customers pay late or stop paying, and so do newcomers.
drawn as (
    select
        *,
        least(greatest(
            draw('weakness', customer_no) * case when is_newcomer then 1.06 else 0.98 end
            * case industry_code when 'E48' then 1.12 when 'B06' then 1.05 when 'C33' then 1 when 'L71' then 0.95 else 0.88 end,
            0), 0.9999) as weakness,
        draw('company', customer_no) as company_draw,
        lpad((10000000 + (hash(getvariable('seed')::bigint, customer_no) % 9)::bigint * 10000000 + customer_no)::varchar, 8, '0') as organisation_8,
        pick(['110105', '310115', '320583', '330106', '370102', '410105', '420106', '430104', '440106', '500112', '510107', '610113'], 'area', customer_no) as area_code,
        case when country_draw < 0.92 then 'CN' when country_draw < 0.97 then pick(['VN', 'ID', 'SA'], 'abroad', customer_no) else pick(['DE', 'RS'], 'europe', customer_no) end as country_code
    from numbered
),

named as (
    select
        *,
        case when country_code = 'CN' then '91' || area_code || organisation_8 || organisation_check(organisation_8) end as credit_code_17,
        case
            when country_code = 'CN' then pick(['北京', '上海', '苏州', '杭州', '济南', '郑州', '武汉', '长沙', '广州', '重庆', '成都', '西安', '徐州', '柳州', '常州', '厦门'], 'city', customer_no)
                || pick(['宏', '鑫', '中', '华', '恒', '德', '泰', '瑞', '金', '盛', '永', '嘉', '天', '东', '长', '信', '大', '安', '顺', '海'], 'root a', customer_no)
                || pick(['远', '达', '通', '业', '盛', '力', '源', '峰', '隆', '辉', '基', '成', '利', '丰', '腾', '建', '工', '路', '程', '翔'], 'root b', customer_no)
                || pick(['工程机械', '建设工程', '路桥', '设备租赁', '矿业', '重工', '建材', '物流设备', '机电', '钢结构'], 'trade', customer_no)
            else case country_code when 'VN' then 'Hanoi' when 'ID' then 'Surabaya' when 'SA' then 'Riyadh' when 'RS' then 'Belgrade' else 'Leipzig' end || ' '
                || pick(['Construction Machinery', 'Road and Bridge', 'Mining Equipment', 'Earthworks'], 'trade abroad', customer_no) || ' ' || customer_no
        end as short_name,
        case
            when weakness < 0.10 then 'exemplary' when weakness < 0.48 then 'prompt' when weakness < 0.74 then 'slow' when weakness < 0.85 then 'erratic'
            when weakness < 0.93 then 'habitual' else 'defaulter'
        end as payer,
        case
            when is_prospect then getvariable('ends_on')::date - between_days(5, 35, 'since', customer_no)
            when is_newcomer then getvariable('starts_on')::date + between_days(0, 720, 'since', customer_no)
            else getvariable('starts_on')::date - between_days(60, 4000, 'since', customer_no)
        end as customer_since
    from drawn
),

-- What the seller's credit department thought of a customer: near the truth.
rated as (
    select
        *,
        case
            when weakness + 0.24 * (draw('judgement', customer_no) - 0.5) < 0.38 then 'A'
            when weakness + 0.24 * (draw('judgement', customer_no) - 0.5) < 0.76 then 'B'
            when weakness + 0.24 * (draw('judgement', customer_no) - 0.5) < 0.93 then 'C' else 'D'
        end as judged_grade,
        case when company_draw < 0.52 then '1000' when company_draw < 0.72 then '2000' else '3000' end as home_company
    from named
)

select
    customer_no,
    lpad((customer_no + 100000)::varchar, 10, '0') as customer_code,
    short_name || case when country_code <> 'CN' then ' Co., Ltd.' when draw('legal form', customer_no) < 0.15 then '集团有限公司' else '有限公司' end as customer_name,
    short_name,
    country_code,
    credit_code_17 || credit_code_check(credit_code_17) as credit_code,
    weakness,
    payer,
    is_prospect,
    -- How late it usually pays, and how far single payments lie from that.
    case payer
        when 'exemplary' then -9 when 'prompt' then -7 + 7 * draw('usually late', customer_no)
        when 'slow' then 4 + 18 * draw('usually late', customer_no) when 'erratic' then 6 + 16 * draw('usually late', customer_no)
        when 'habitual' then 32 + 46 * draw('usually late', customer_no) else 8 + 18 * draw('usually late', customer_no)
    end as usual_days_late,
    case payer when 'exemplary' then 4 when 'prompt' then 4 when 'slow' then 12 when 'erratic' then 48 when 'habitual' then 30 else 14 end as late_spread,
    case
        when payer = 'defaulter' and not is_prospect
            then greatest(getvariable('starts_on')::date, customer_since) + between_days(300, greatest(320, (getvariable('ends_on')::date - greatest(getvariable('starts_on')::date, customer_since))::integer - 40), 'default day', customer_no)
    end as defaulted_on,
    -- Some run short of cash for half a year and recover.
    case
        when payer in ('slow', 'erratic', 'prompt') and draw('crisis', customer_no) < case payer when 'prompt' then 0.06 else 0.2 end
            then getvariable('starts_on')::date + between_days(120, getvariable('day_count')::integer, 'crisis day', customer_no)
    end as crisis_on,
    home_company,
    -- Who buys or leases machines also buys parts, and the other way round.
    case when draw('second company', customer_no) < 0.25 then case home_company when '1000' then '3000' else '1000' end end as second_company,
    case country_code when 'CN' then 'CNY' when 'DE' then 'EUR' when 'RS' then 'EUR' else 'USD' end as currency_code,
    case home_company
        when '2000' then pick(['contractor', 'rental', 'rental'], 'segment', customer_no) when '3000' then pick(['contractor', 'dealer', 'manufacturer'], 'segment', customer_no)
        else pick(['contractor', 'dealer', 'rental', 'manufacturer'], 'segment', customer_no)
    end as segment_code,
    industry_code,
    'S' || lpad((1 + floor(draw('salesperson', customer_no) * getvariable('salesperson_count')::bigint))::bigint::varchar, 4, '0') as salesperson_code,
    judged_grade,
    case judged_grade when 'A' then pick([60, 90, 90], 'terms', customer_no) when 'B' then pick([45, 60, 60], 'terms', customer_no) when 'C' then 30 else pick([0, 15, 30], 'terms', customer_no) end as terms_days,
    -- A limit goes by what the customer buys and by what one thinks of it. Some have none set, and some get no credit.
    case
        when draw('limit', customer_no) < 0.06 then null when draw('limit', customer_no) < 0.06 + case judged_grade when 'D' then 0.3 else 0.004 end then 0
        else round(case home_company when '1000' then 560000 when '2000' then 900000 else 70000 end * pow(size_rank(customer_no), -0.5)
            * case judged_grade when 'A' then 1.5 when 'B' then 1.2 when 'C' then 0.9 else 0.6 end * (0.7 + 0.6 * draw('limit size', customer_no)), -4)
    end::decimal(18, 2) as credit_limit,
    customer_since,
    -- Every tenth customer belongs to a group of three under one controller.
    case
        when customer_no % 10 < 3 and country_code = 'CN' then pick(['王', '李', '张', '刘', '陈', '杨', '赵', '黄'], 'controller', customer_no // 10)
            || pick(['建国', '志强', '海涛', '玉梅', '文斌', '晓东'], 'controller given', customer_no // 10) || '(' || customer_no // 10 || ')'
    end as controller_name,
    -- A number from before the ERP changed: one customer in forty still has an account under it, without leading zeros.
    case when customer_no % 40 = 7 and draw('credit code on file', customer_no) between 0.004 and 0.96 then (customer_no + 100000)::varchar end as old_code
from rated
order by customer_no;

-- The customers and how they pay; one row per customer_no. A defaulter stops paying on defaulted_on.
create or replace table customers as
with numbered as (
    select
        customer_no,
        pick(['E48', 'C35', 'L71', 'B06', 'C33'], 'industry', customer_no) as industry_code
    from range(getvariable('customer_count')::bigint) as numbers(customer_no)
),

-- In a weak industry more customers pay late or stop paying, and so do newcomers.
drawn as (
    select
        customer_no,
        industry_code,
        least(greatest(draw('payer', customer_no) * case when draw('newcomer', customer_no) < 0.2 then 1.08 else 0.98 end * case industry_code when 'E48' then 1.2 when 'B06' then 1.08 when 'C33' then 1 when 'L71' then 0.9 else 0.8 end, 0), 0.9999) as payer_draw,
        draw('company', customer_no) as company_draw,
        lpad((10000000 + (hash(getvariable('seed')::bigint, customer_no) % 9)::bigint * 10000000 + customer_no)::varchar, 8, '0') as organisation_8,
        pick(['110105', '310115', '320583', '330106', '370102', '410105', '420106', '430104', '440106', '500112', '510107', '610113'], 'area', customer_no) as area_code
    from numbered
),

named as (
    select
        *,
        '91' || area_code || organisation_8 || organisation_check(organisation_8) as credit_code_17,
        pick(['北京', '上海', '苏州', '杭州', '济南', '郑州', '武汉', '长沙', '广州', '重庆', '成都', '西安', '徐州', '柳州', '常州', '厦门'], 'city', customer_no)
        || pick(['宏', '鑫', '中', '华', '恒', '德', '泰', '瑞', '金', '盛', '永', '嘉', '天', '东', '长', '信', '大', '安', '顺', '海'], 'root a', customer_no)
        || pick(['远', '达', '通', '业', '盛', '力', '源', '峰', '隆', '辉', '基', '成', '利', '丰', '腾', '建', '工', '路', '程', '翔'], 'root b', customer_no)
        || pick(['工程机械', '建设工程', '路桥', '设备租赁', '矿业', '重工', '建材', '物流设备', '机电', '钢结构'], 'trade', customer_no) as short_name
    from drawn
)

select
    customer_no,
    short_name || case when draw('legal form', customer_no) < 0.15 then '集团有限公司' else '有限公司' end as customer_name,
    short_name,
    credit_code_17 || credit_code_check(credit_code_17) as credit_code,
    case
        when payer_draw < 0.48 then 'prompt' when payer_draw < 0.74 then 'slow' when payer_draw < 0.86 then 'erratic'
        when payer_draw < 0.94 then 'habitual' else 'defaulter'
    end as payer,
    case
        when payer_draw >= 0.94
            then getvariable('starts_on')::date + between_days(240, greatest(260, getvariable('day_count')::integer - 60), 'default day', customer_no)
    end as defaulted_on,
    case when company_draw < 0.60 then '1000' when company_draw < 0.85 then '2000' else '3000' end as home_company,
    case when draw('second company', customer_no) < 0.15 then '1000' end as second_company,
    case
        when draw('currency', customer_no) < 0.90 then 'CNY' when draw('currency', customer_no) < 0.97 then 'USD' else 'EUR'
    end as currency_code,
    pick(['contractor', 'dealer', 'rental', 'manufacturer'], 'segment', customer_no) as segment_code,
    industry_code,
    'S' || lpad((1 + floor(draw('salesperson', customer_no) * getvariable('salesperson_count')::bigint))::bigint::varchar, 4, '0') as salesperson_code,
    pick([30, 30, 45, 60, 90], 'terms', customer_no) as terms_days,
    case
        when draw('limit', customer_no) < 0.10 then null when draw('limit', customer_no) < 0.12 then 0
        else pick([200000, 500000, 1000000, 3000000, 8000000], 'limit size', customer_no)
    end::decimal(18, 2) as credit_limit,
    case
        when draw('newcomer', customer_no) < 0.2 then getvariable('starts_on')::date + between_days(0, 540, 'since', customer_no)
        else getvariable('starts_on')::date - between_days(60, 4000, 'since', customer_no)
    end as customer_since,
    -- Every tenth customer belongs to a group of three under one controller.
    case
        when customer_no % 10 < 3 then pick(['王', '李', '张', '刘', '陈', '杨', '赵', '黄'], 'controller', customer_no // 10)
            || pick(['建国', '志强', '海涛', '玉梅', '文斌', '晓东'], 'controller given', customer_no // 10) || '(' || customer_no // 10 || ')'
    end as controller_name
from named
order by customer_no;

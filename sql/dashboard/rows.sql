-- what:   the rows that the page counts, in numbers
-- grain:  one row per spell, by day of its opening and then in the order that packs best
-- reads:  temporary table taken, temporary tables list_*
-- writes: nothing
SELECT
    (c.opened_date - $base::DATE)::USMALLINT AS opened,
    s.number::USMALLINT AS service,
    w.number::USMALLINT AS ward,
    l.number::UINTEGER AS cell,
    h.number::USMALLINT AS channel,
    t.number::USMALLINT AS status,
    (
        CASE c.fate WHEN 'open' THEN 0 WHEN 'closed' THEN 1 WHEN 'gone' THEN 2 ELSE 3 END
        + CASE c.target WHEN 'none' THEN 0 WHEN 'not due' THEN 4 WHEN 'met' THEN 8 ELSE 12 END
        + CASE WHEN c.is_duplicate THEN 16 ELSE 0 END
        + CASE WHEN c.is_info_only THEN 32 ELSE 0 END
        + CASE WHEN c.spell > 1 THEN 64 ELSE 0 END
        -- 14 days to the second: prompt, though its hours are 336.
        + CASE WHEN c.is_prompt AND c.hours = 336 THEN 128 ELSE 0 END
    )::USMALLINT AS traits,
    -- Whole hours up to 30 days, whole days beyond, in one row of numbers.
    CASE WHEN c.hours < 720 THEN c.hours ELSE coalesce(690 + c.hours // 24, 65535) END::USMALLINT AS took,
    -- Days of the calendar that the spell took, less its whole days of 24 hours: -1, 0 or 1.
    coalesce((c.ended_date - c.opened_date) - coalesce(c.hours, 0) // 24 + 1, 1)::USMALLINT AS turn,
    (c.spot_row * 8 + c.spot_column)::USMALLINT AS spot
FROM taken AS c
INNER JOIN list_service AS s ON s.source = c.source AND s.service_code = c.service_code
INNER JOIN list_ward AS w ON w.source = c.source AND w.ward IS NOT DISTINCT FROM c.ward
INNER JOIN list_cell AS l ON l.source = c.source AND l.cell IS NOT DISTINCT FROM c.cell
INNER JOIN list_channel AS h ON h.channel IS NOT DISTINCT FROM c.channel
INNER JOIN list_status AS t ON t.status IS NOT DISTINCT FROM c.status
ORDER BY c.opened_date, w.number, l.number, s.number

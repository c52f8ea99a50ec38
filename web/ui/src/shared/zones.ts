/** A zone's name in the page's language. */
export const zoneName = (zone: { name: string; name_en: string }): string => (document.documentElement.lang.startsWith("zh") ? zone.name : zone.name_en);

// What a report's map has to show, computed from the block of JSON in the page alone, by rules written down here a second time:
// the page's own script is what is judged.

/** Where the filters stand when a page is opened. */
export const start = (data) => ({
  kinds: ["co-change"],
  strength: data.threshold,
  service: null,
  rule: null,
  since: 0,
  until: data.quarters.length - 1,
  coupled: data.start_coupled,
});

/** The changesets that edit both. */
export const joint = (data, a, b) => data.functions[a].commits.filter((one) => data.functions[b].commits.includes(one));

/** The lines that are drawn: `c` and the number of a coupling, `l` and the number of another link; and who is pale. */
export function expected(data, filter) {
  const placed = new Set(data.maps[filter.coupled ? 1 : 0].functions.map(([number]) => number));
  const findings = filter.rule === null ? null : data.findings.filter(([rule]) => rule === filter.rule);
  const named = (...numbers) => !findings || findings.some(([, , , functions]) => numbers.every((one) => functions.includes(one)));
  const ofService = (number) => filter.service === null || data.functions[number].service === filter.service;
  const asked = (a, b) => placed.has(a) && placed.has(b) && (ofService(a) || ofService(b)) && named(a, b);
  const always = filter.since === 0 && filter.until === data.quarters.length - 1;
  const inTime = (a, b) =>
    always || joint(data, a, b).some((commit) => data.commits[commit][2] >= filter.since && data.commits[commit][2] <= filter.until);
  const lines = [];
  data.couplings.forEach(({ a, b, ab, ba }, number) => {
    const strong = Math.max(ab[0], ba[0]) >= filter.strength;
    if (filter.kinds.includes("co-change") && strong && asked(a, b) && inTime(a, b)) lines.push(`c${number}`);
  });
  data.links.forEach(([kind, a, b], number) => {
    if (filter.kinds.includes(data.kinds[kind]) && always && asked(a, b)) lines.push(`l${number}`);
  });
  const pale = [...placed].filter((number) => !(ofService(number) && named(number)));
  return { lines: lines.sort(), functions: placed.size, pale: pale.sort((x, y) => x - y) };
}

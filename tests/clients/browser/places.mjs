// Where on the screen a report's map shows a function or a line of co-change alone, so that a click there means it and nothing else.

/** Runs in the page. The next of `kind`, `functions` or `couplings`, whose number is not among `but`: its number and its place. */
export function places({ kind, but }) {
  const graph = document.getElementById("graph");
  const { cy } = graph._cyreg;
  const { left, top, width, height } = graph.getBoundingClientRect();
  // What lies on the very edge of the map is clicked on by nobody, and by half a pixel not at all.
  const isInside = ({ x, y }) => x > 4 && y > 4 && x < width - 4 && y < height - 4;
  const isShown = ({ x, y }) => isInside({ x, y }) && document.elementFromPoint(left + x, top + y)?.closest("#graph") === graph;
  const onScreen = (number, { x, y }) => ({ number, x: left + x, y: top + y });
  const isNew = (one) => !but.includes(one.data("number"));
  // Two that are next to each other on a map seen from afar cannot be told apart by anybody.
  const WIDE = 12;
  const HIGH = 5;
  if (kind === "functions") {
    const is = (node) => isNew(node) && node.renderedWidth() > WIDE && node.renderedHeight() > HIGH && isShown(node.renderedPosition());
    const node = cy.nodes(".function").toArray().find(is);
    return node ? onScreen(node.data("number"), node.renderedPosition()) : null;
  }
  const boxes = cy.nodes(".function").map((node) => node.renderedBoundingBox({ includeLabels: false }));
  const isIn = ({ x, y }, { x1, x2, y1, y2 }) => x > x1 - 6 && x < x2 + 6 && y > y1 - 6 && y < y2 + 6;
  // A line's course: a curve of second order, of which the ends and the middle are known.
  const course = (edge) => {
    const [from, to, middle] = [edge.renderedSourceEndpoint(), edge.renderedTargetEndpoint(), edge.renderedMidpoint()];
    const through = (at, axis) => {
      const control = 2 * middle[axis] - (from[axis] + to[axis]) / 2;
      return (1 - at) ** 2 * from[axis] + 2 * at * (1 - at) * control + at ** 2 * to[axis];
    };
    return Array.from({ length: 41 }, (_, step) => ({ x: through(step / 40, "x"), y: through(step / 40, "y") }));
  };
  const lines = cy.edges().toArray().slice(0, 400).map((edge) => ({ edge, course: course(edge) }));
  const isNear = (at) => (one) => one.course.some(({ x, y }) => Math.hypot(x - at.x, y - at.y) < 14);
  for (const line of lines.filter(({ edge }) => edge.hasClass("co-change") && isNew(edge)).slice(0, 60)) {
    const others = lines.filter((other) => other !== line);
    const isAlone = (at) => isShown(at) && !boxes.some((box) => isIn(at, box)) && !others.some(isNear(at));
    const at = line.course.slice(8, 33).find(isAlone);
    if (at) return onScreen(line.edge.data("number"), at);
  }
  return null;
}

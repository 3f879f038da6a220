// Which flows already run where. Two flows are kin, and may share a line, when they lead to the same node, or leave
// the same one; the ways out of a decision part at once, so that "yes" and "no" leave from different corners.

const DECISIONS = /ExclusiveGateway|InclusiveGateway|EventBasedGateway|ComplexGateway/;
const MOST_CORNERS = 3;

export class Usage {
  #height;
  #across = new Map();   // vertex -> Map of flow -> how often: the stretch from this vertex to its right neighbour
  #down = new Map();     // likewise to the vertex below
  #bends = new Map();
  #mayShareSource;

  constructor({ nodes, flows }, grid) {
    this.#height = grid.Y.length;
    const leaving = new Map();
    for (const flow of flows) leaving.set(flow.source, (leaving.get(flow.source) ?? 0) + 1);
    const isParted = node => DECISIONS.test(node.type) && (leaving.get(node.id) ?? 0) <= MOST_CORNERS;
    this.#mayShareSource = new Set([...nodes.values()].filter(node => !isParted(node)).map(node => node.id));
  }

  add(flow, path) {
    this.#change(flow, path, 1);
  }

  remove(flow, path) {
    this.#change(flow, path, -1);
  }

  /** {strangers: how many run along this stretch, isShared: whether kin do}. */
  along(flow, vertex, next, turn) {
    const users = turn === 0 || turn === 2 ? this.#across.get(Math.min(vertex, next)) : this.#down.get(Math.min(vertex, next));
    let strangers = 0, isShared = false;
    for (const other of users?.keys() ?? []) {
      if (other === flow) continue;
      if (this.#areKin(flow, other)) isShared = true;
      else strangers++;
    }
    return { strangers, isShared };
  }

  bendsOfOthers(flow, vertex) {
    return this.#strangers(flow, this.#bends.get(vertex)).length;
  }

  /** What it costs to go straight on over what crosses here. */
  crossed(flow, vertex, isAcross, crossing) {
    const met = new Set();
    let cost = 0;
    const lines = isAcross
      ? [this.#down.get(vertex), this.#down.get(vertex - 1)]
      : [this.#across.get(vertex), this.#across.get(vertex - this.#height)];
    for (const line of lines) for (const other of line?.keys() ?? []) {
      if (other === flow || met.has(other)) continue;
      met.add(other);
      cost += this.#areKin(flow, other) ? 4 : crossing;
    }
    for (const other of this.#strangers(flow, this.#bends.get(vertex))) if (!met.has(other)) cost += crossing;
    return cost;
  }

  #strangers(flow, users) {
    return [...(users?.keys() ?? [])].filter(other => other !== flow && !this.#areKin(flow, other));
  }

  #areKin(one, two) {
    return one.target === two.target || (one.source === two.source && this.#mayShareSource.has(one.source));
  }

  #change(flow, path, by) {
    for (let index = 1; index < path.length; index++) {
      const first = Math.min(path[index - 1], path[index]), isDown = Math.abs(path[index] - path[index - 1]) === 1;
      count(isDown ? this.#down : this.#across, first, flow, by);
    }
    for (let index = 1; index + 1 < path.length; index++) {
      if (path[index] - path[index - 1] !== path[index + 1] - path[index]) count(this.#bends, path[index], flow, by);
    }
  }
}

function count(uses, vertex, flow, by) {
  const users = uses.get(vertex) ?? new Map(), number = (users.get(flow) ?? 0) + by;
  uses.set(vertex, users);
  if (number) users.set(flow, number);
  else users.delete(flow);
}

// Which flows already run where. Two flows are kin, and may share a line, when they lead to the same node, or leave
// the same one; the ways out of a decision part at once, so that "yes" and "no" leave from different corners.

const DECISIONS = /ExclusiveGateway|InclusiveGateway|EventBasedGateway|ComplexGateway/;
const MOST_CORNERS = 3;
const NOBODY = { strangers: 0, isShared: false };

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
    if (!users?.size) return NOBODY;
    let strangers = 0, isShared = false;
    for (const other of users.keys()) {
      if (other === flow) continue;
      if (this.#areKin(flow, other)) isShared = true;
      else strangers++;
    }
    return { strangers, isShared };
  }

  bendsOfOthers(flow, vertex) {
    let count = 0;
    for (const other of this.#bends.get(vertex)?.keys() ?? []) if (other !== flow && !this.#areKin(flow, other)) count++;
    return count;
  }

  /** What it costs to go straight on over what crosses here. */
  crossed(flow, vertex, isAcross, crossing) {
    const lines = isAcross ? this.#down : this.#across;
    const one = lines.get(vertex), two = lines.get(isAcross ? vertex - 1 : vertex - this.#height), bends = this.#bends.get(vertex);
    if (!one?.size && !two?.size && !bends?.size) return 0;
    const met = new Set([flow]);
    let cost = 0;
    for (const line of [one, two, bends]) for (const other of line?.keys() ?? []) {
      if (met.has(other)) continue;
      const isKin = this.#areKin(flow, other);
      if (line === bends && isKin) continue;
      met.add(other);
      cost += isKin ? 4 : crossing;
    }
    return cost;
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

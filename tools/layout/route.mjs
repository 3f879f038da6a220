// The way of each flow over the grid: the cheapest path, where bends, crossings and lines of others cost most. Every
// flow is taken up and laid again in a few rounds, so that early ones make room for later ones.
import { makeGrid } from './grid.mjs';
import { Heap } from './heap.mjs';
import { LEFTWARDS, doorsOf } from './doors.mjs';
import { Usage } from './usage.mjs';

const STEP_X = [1, 0, -1, 0], STEP_Y = [0, 1, 0, -1];
const CROSSING_COST = [50, 90, 90, 90];
const BEND = 60, SHARED_LENGTH = 0.25, AGAINST_READING = 1.5, OPTIMISM = 0.6;

/** The grid with `paths[flow.at]` (a list of vertices, or null) and `unrouted`, the number of flows without a way. */
export function route(model, order, slots, placement) {
  const grid = makeGrid(model, slots, placement);
  const usage = new Usage(model, grid);
  const search = pathFinder(model, grid, usage);
  const span = flow => Math.abs(placement.col[order.entering(flow.target)] - placement.col[order.leaving(flow.source)]) + (flow.isBack ? 50 : 0);
  const shortFirst = [...model.flows].sort((a, b) => span(a) - span(b));
  grid.paths = new Array(model.flows.length).fill(null);
  for (const crossing of CROSSING_COST) {
    for (const flow of shortFirst) {
      if (grid.paths[flow.at]) usage.remove(flow, grid.paths[flow.at]);
      grid.paths[flow.at] = null;
      const path = search(flow, crossing);
      if (!path) continue;
      grid.paths[flow.at] = path;
      usage.add(flow, path);
    }
  }
  grid.unrouted = grid.paths.filter(path => !path).length;
  return grid;
}

function pathFinder(model, grid, usage) {
  const { X, Y, owner, border, region } = grid, height = Y.length, width = X.length, middle = grid.tracks >> 1;
  const distance = new Float64Array(width * height * 4), from = new Int32Array(width * height * 4);
  const seenIn = new Int32Array(width * height * 4), doneIn = new Int32Array(width * height * 4);
  let round = 0;

  // A state is a vertex and the direction of travel through it: vertex * 4 + direction.
  return function search(flow, crossing) {
    round++;
    const { starts, goals } = doorsOf(model, grid, flow);
    const source = model.nodes.get(flow.source), ownShape = source.kind === 'boundary' ? source.host : source.id;
    const heap = new Heap(), wayLeft = estimate(goals);
    const reach = (state, cost, previous) => {
      if (seenIn[state] === round && (doneIn[state] === round || distance[state] <= cost + 1e-9)) return;
      seenIn[state] = round;
      distance[state] = cost;
      from[state] = previous;
      heap.push(cost + wayLeft(state >> 2), state);
    };
    for (const { vertex, direction, cost } of starts) reach(vertex * 4 + direction, cost, -1);
    let bestCost = Infinity, bestState = -1;
    while (heap.size) {
      const state = heap.pop();
      if (doneIn[state] === round) continue;
      doneIn[state] = round;
      const cost = distance[state], vertex = state >> 2, direction = state & 3, isStart = from[state] === -1;
      if (cost >= bestCost) break;
      if (goals.has(vertex) && !isStart) {
        const arrived = cost + goals.get(vertex)[direction];
        if (arrived < bestCost) [bestCost, bestState] = [arrived, state];
        continue;
      }
      for (let turn = 0; turn < 4; turn++) {
        if (((turn + 2) & 3) === direction || (isStart && turn !== direction)) continue;
        if (owner[vertex] && !isStart && turn !== direction) continue;
        const x = ((vertex / height) | 0) + STEP_X[turn], y = vertex % height + STEP_Y[turn];
        if (x < 0 || y < 0 || x >= width || y >= height) continue;
        const next = x * height + y;
        if (!isFree(vertex, next, isStart)) continue;
        reach(next * 4 + turn, cost + stepCost(vertex, next, turn, direction, isStart), state);
      }
    }
    return bestState < 0 ? null : trace(bestState);

    function isFree(vertex, next, leaving) {
      if (goals.has(next)) return !(owner[next] && X[(next / height) | 0].o) && (!border[next] || border[next] === flow.target);
      const isOwnShape = owner[next] === ownShape && owner[vertex] === ownShape;
      if (owner[next] && !(isOwnShape && leaving)) return false;
      return !border[next] && region[next] === flow.parent;
    }

    function stepCost(vertex, next, turn, direction, leaving) {
      const x = (next / height) | 0, y = next % height, isAcross = turn === 0 || turn === LEFTWARDS;
      const length = isAcross ? Math.abs(X[x].x - X[(vertex / height) | 0].x) : Math.abs(Y[y].y - Y[vertex % height].y);
      const { strangers, isShared } = usage.along(flow, vertex, next, turn);
      let cost = strangers * crossing * 6 + (isShared ? length * SHARED_LENGTH : length);
      if (turn !== direction) cost += BEND + usage.bendsOfOthers(flow, vertex) * crossing * 4;
      else if (!leaving) cost += usage.crossed(flow, vertex, isAcross, crossing);
      if (isAcross && Y[y].k !== undefined) cost += (Math.abs(Y[y].k - middle) * 0.02 + 0.06) * length;
      if (!isAcross && X[x].k !== undefined) cost += Math.abs(X[x].k - middle) * 0.02 * length;
      if (turn === LEFTWARDS && !flow.isBack) cost += length * AGAINST_READING;
      return cost;
    }
  };

  // How far it is to the goal, at least where lines are shared: the search looks towards it first.
  function estimate(goals) {
    const [first] = goals.keys(), x = X[(first / height) | 0].x, y = goals.size === 1 ? Y[first % height].y : null;
    return vertex => OPTIMISM * (Math.abs(X[(vertex / height) | 0].x - x) + (y === null ? 0 : Math.abs(Y[vertex % height].y - y)));
  }

  function trace(last) {
    const path = [];
    for (let state = last; state !== -1; state = from[state]) path.push(state >> 2);
    return path.reverse();
  }
}

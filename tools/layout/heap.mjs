/** A binary heap: `pop` gives the item of least cost. */
export class Heap {
  #costs = [];
  #items = [];

  get size() {
    return this.#costs.length;
  }

  push(cost, item) {
    let index = this.#costs.length;
    this.#costs.push(cost);
    this.#items.push(item);
    while (index) {
      const parent = (index - 1) >> 1;
      if (this.#costs[parent] <= this.#costs[index]) break;
      this.#swap(parent, index);
      index = parent;
    }
  }

  pop() {
    const top = this.#items[0];
    const cost = this.#costs.pop(), item = this.#items.pop();
    if (this.#costs.length) {
      this.#costs[0] = cost;
      this.#items[0] = item;
      this.#sink();
    }
    return top;
  }

  #sink() {
    for (let index = 0; ;) {
      let child = 2 * index + 1;
      if (child >= this.#costs.length) return;
      if (child + 1 < this.#costs.length && this.#costs[child + 1] < this.#costs[child]) child++;
      if (this.#costs[index] <= this.#costs[child]) return;
      this.#swap(child, index);
      index = child;
    }
  }

  #swap(one, two) {
    [this.#costs[one], this.#costs[two]] = [this.#costs[two], this.#costs[one]];
    [this.#items[one], this.#items[two]] = [this.#items[two], this.#items[one]];
  }
}

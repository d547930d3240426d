/** Numbers for bind group layouts: equal where the layouts are "group-equivalent". */
export class GroupNumbers {
  readonly #numbers = new Map<string, number>();

  constructor(private readonly counter = { next: 0 }) {}

  /** The same number for the same description. */
  of(description: string): number {
    let number = this.#numbers.get(description);
    if (number === undefined) {
      number = this.counter.next++;
      this.#numbers.set(description, number);
    }
    return number;
  }

  /** Numbers that no layout has but those that get them from the result. */
  separate(): GroupNumbers {
    return new GroupNumbers(this.counter);
  }
}

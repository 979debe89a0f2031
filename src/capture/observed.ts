/**
 * Observes an object in place: it stays the object that it is, and gets a prototype over its own whose
 * members tell an observer what they are used for.
 *
 * One change of prototype a call costs a fraction of hiding ten members on the object, and engines
 * keep objects of one prototype fast. Whatever asks for its class, `instanceof` or `constructor`,
 * finds what it always found.
 */

/** Lets a subclass put its private field on an object that exists already. */
class Itself {
  constructor(target: object) {
    // oxlint-disable-next-line no-constructor-return -- that is what it is for
    return target;
  }
}

export interface Observation<Observer> {
  /** @throws TypeError when `target` is frozen. */
  observe(target: object, observer: Observer): void;
}

/**
 * A kind of observation. `members` makes the members that are put over those of a prototype, which it
 * is given; `observerOf` says whose object they were called on.
 */
export function observation<Observer>(
  members: (base: object, observerOf: (target: object) => Observer) => PropertyDescriptorMap,
): Observation<Observer> {
  class Observed extends Itself {
    #observer: Observer;

    constructor(target: object, observer: Observer) {
      super(target);
      this.#observer = observer;
    }

    /** False when it has no observer that could be replaced. */
    static replace(target: object, observer: Observer): boolean {
      if (!(#observer in target)) return false;
      target.#observer = observer;
      return true;
    }

    static observerOf(this: void, target: object): Observer {
      if (#observer in target) return target.#observer;
      throw new TypeError("Illegal invocation"); // as natively, for a method on a foreign object
    }
  }

  const prototypes = new WeakMap<object, object>();
  const prototypeOver = (base: object): object => {
    const made = prototypes.get(base);
    if (made !== undefined) return made;
    const prototype: object = Object.create(base, members(base, Observed.observerOf));
    prototypes.set(base, prototype);
    return prototype;
  };

  return {
    observe: (target, observer) => {
      if (Observed.replace(target, observer)) return;
      Object.setPrototypeOf(target, prototypeOver(Object.getPrototypeOf(target)));
      // oxlint-disable-next-line no-new -- it is `target` that is made over
      new Observed(target, observer);
    },
  };
}

/** A member as classes have them. */
export function method(value: (...args: never[]) => unknown): PropertyDescriptor {
  return { value, writable: true, configurable: true };
}

export function getter(get: () => unknown): PropertyDescriptor {
  return { get, configurable: true };
}

/** Calls the method `name` of the class of `prototype` on `target`, past any observer. */
export function callNative<Result>(
  prototype: object,
  name: string,
  target: object,
  args: readonly unknown[] = [],
): Result {
  return Reflect.apply(Reflect.get(prototype, name), target, args);
}

/** Own properties that hide an object's inherited ones, as little visible as those were. */

export function shadow(
  target: object,
  descriptors: PropertyDescriptorMap & ThisType<unknown>,
): void {
  for (const key of Reflect.ownKeys(descriptors)) {
    const descriptor = Reflect.get(descriptors, key);
    Object.defineProperty(target, key, { configurable: true, ...descriptor });
  }
}

export function method<T extends (...args: never[]) => unknown>(value: T): PropertyDescriptor {
  return { value, writable: true, configurable: true };
}

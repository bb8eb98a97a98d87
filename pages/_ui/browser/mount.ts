/** Sends a message to the server as the value of a trigger. */
export type Trigger = (name: string, value: unknown) => void;

/** What Streamlit hands to a component at every change of its data. */
export interface Mounting<Data> {
  data: Data;
  parentElement: HTMLElement;
  setTriggerValue: Trigger;
}

export interface Component<Data> {
  update(data: Data, trigger: Trigger): void;
  destroy(): void;
}

/**
 * A component's default export. Streamlit calls it again on every change of the data, on the same
 * element, so the instance is kept by element.
 */
export function mounted<Data>(create: (parent: HTMLElement) => Component<Data>) {
  const instances = new WeakMap<HTMLElement, Component<Data>>();
  return ({ data, parentElement, setTriggerValue }: Mounting<Data>): (() => void) => {
    const instance = instances.get(parentElement) ?? create(parentElement);
    instances.set(parentElement, instance);
    instance.update(data, setTriggerValue);
    return () => {
      instance.destroy();
      instances.delete(parentElement);
    };
  };
}

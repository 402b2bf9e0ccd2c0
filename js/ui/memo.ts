/** A component that is drawn again only when one of its properties is another one. */
import { Component, type ComponentChildren, type FunctionComponent, h } from "preact";

export function memo<P extends object>(View: FunctionComponent<P>) {
  return class Memo extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      const keys = Object.keys(next) as (keyof P)[];
      return keys.some((key) => !Object.is(next[key], this.props[key]));
    }

    override render(): ComponentChildren {
      return h(View, this.props as P);
    }
  };
}

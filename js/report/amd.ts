/** Just enough AMD for the front-end files that installed widget packages bring: `define([names], factory)`. */

type Factory = (...dependencies: unknown[]) => unknown;

interface Definition {
  dependencies: string[];
  factory: Factory;
}

/** A widget module: its exported model and view classes by name. */
export type WidgetModule = Record<string, unknown>;

/** Holds what the page's inline scripts define; each module runs once, when it is first asked for. */
export class ModuleTable {
  readonly #definitions = new Map<string, Definition>();
  readonly #modules = new Map<string, WidgetModule>();

  constructor(provided: Record<string, WidgetModule>) {
    for (const [name, module] of Object.entries(provided)) this.#modules.set(name, module);
  }

  /** The `define` that a module's file calls. The name is the one its `<script data-module>` carries. */
  readonly define = (dependencies: string[], factory: Factory): void => {
    const name = document.currentScript?.dataset.module;
    if (name === undefined) throw new Error("define() was called outside a <script data-module>");
    this.#definitions.set(name, { dependencies, factory });
  };

  /** The module `name`; throws when the page does not hold it. */
  require(name: string): WidgetModule {
    const ready = this.#modules.get(name);
    if (ready !== undefined) return ready;
    const definition = this.#definitions.get(name);
    if (definition === undefined) throw new Error(`This file does not hold the module ${name}`);
    const module = definition.factory(...definition.dependencies.map((other) => this.require(other)));
    this.#modules.set(name, module as WidgetModule);
    return module as WidgetModule;
  }
}

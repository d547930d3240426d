/** The walk over one function that builds its graph: what is known at the point at hand. */

import type { Root } from '../functionRecord.ts';
import type { Binding, Function as CheckedFunction } from '../program.ts';
import type { Filters } from './filters.ts';
import { CF_START, Graph, type Node } from './graph.ts';
import type { InputNode, Requirement, Summary } from './summary.ts';
import { type Join, Values } from './values.ts';
import { type Written, writtenIn } from './written.ts';

/** A pointer value, or the memory view of a place. */
export interface View {
  /** Null where there is nothing to follow. */
  readonly root: Root | null;
  /** Whether it is all of the variable. */
  readonly isFull: boolean;
  /** Uniform if all invocations mean the same place. */
  readonly address: Node;
}

export class Walk {
  readonly graph = new Graph();
  readonly values = new Values();
  /** `let`s and parameters that are no pointers. */
  readonly bindings = new Map<Binding, Node>();
  readonly pointers = new Map<Binding, View>();
  readonly requirements: Requirement[] = [];
  readonly inputs: InputNode[] = [];
  /** What the function leaves behind each pointer parameter into the function address space. */
  readonly outputs = new Map<Binding, Node>();
  /** Where `break` and `continue` lead to, innermost last. */
  readonly breaks: Join[] = [];
  readonly continues: Join[] = [];
  #written: Written | null = null;

  constructor(
    readonly callable: CheckedFunction,
    readonly filters: Filters,
    readonly summaries: ReadonlyMap<CheckedFunction, Summary>,
  ) {}

  get written(): Written {
    this.#written ??= writtenIn(this.callable.body);
    return this.#written;
  }

  /** The nodes of the parameters of a function that is no entry point. */
  declareParameters(): void {
    for (const [parameter, binding] of this.callable.parameters.entries()) {
      const node = this.graph.node({ kind: 'name', name: binding.name, span: binding.span });
      this.inputs.push({ input: { parameter, part: 'value' }, node });
      if (binding.type.kind !== 'pointer') {
        this.bindings.set(binding, node);
        continue;
      }
      this.pointers.set(binding, { root: binding, isFull: true, address: node });
      if (binding.type.space !== 'function') continue;
      const contents = this.graph.node({ kind: 'name', name: binding.name, span: binding.span });
      this.inputs.push({ input: { parameter, part: 'contents' }, node: contents });
      this.values.set(binding, contents);
      this.outputs.set(binding, this.graph.node(null, CF_START));
    }
  }

  /** The function ends here. */
  leave(): void {
    for (const [parameter, output] of this.outputs) this.graph.edge(output, this.values.get(parameter)!);
  }
}

import { type KeyboardEvent, useMemo, useRef } from "react";

import { useTerm, useTexts } from "../../i18n/use-texts";
import { Inside } from "../../parts/links";
import { Name } from "../../parts/name";
import { graphOf, NODE, pathOf, type Placed, type Related, stepFrom } from "./graph-layout";
import { texts } from "./texts";

/** What hangs together, one step around: Tab and the arrow keys go from one to the next, Enter goes there. */
export function Graph({ name, related }: { name: string; related: readonly Related[] }) {
  const t = useTexts(texts);
  const graph = useMemo(() => graphOf(related), [related]);
  const frame = useRef<HTMLDivElement>(null);
  if (graph.nodes.length === 0) return null;

  function pressed(event: KeyboardEvent, node: Placed) {
    const to = stepFrom(graph, node, event.key);
    if (!to) return;
    event.preventDefault();
    frame.current?.querySelector<HTMLElement>(`[data-node="${to.side} ${to.row}"] a`)?.focus();
  }

  return (
    <div className="console-graph-frame">
      <div ref={frame} className="console-graph" role="group" aria-label={t("graph")} style={{ width: graph.width, height: graph.height }}>
        <svg width={graph.width} height={graph.height} aria-hidden="true">
          {graph.nodes.map((node) => (
            <path key={`${node.side} ${node.row}`} d={pathOf(graph, node)} />
          ))}
        </svg>
        <div className="console-node console-node-centre" style={place(graph.centre)}>
          <div className="console-node-name">
            <Name of={name} />
          </div>
        </div>
        {graph.nodes.map((node) => (
          <div key={`${node.side} ${node.row}`} className="console-node" data-node={`${node.side} ${node.row}`} style={place(node)} onKeyDown={(event) => pressed(event, node)}>
            <Content of={node.related} />
          </div>
        ))}
      </div>
      <More n={graph.left.incoming + graph.left.outgoing} />
    </div>
  );
}

function Content({ of: { resource, type, direction } }: { of: Related }) {
  const t = useTexts(texts);
  const term = useTerm();
  const relation = term("relation", type);
  const name = <Name of={resource.name || resource.native_id} />;
  return (
    <>
      <div className="console-node-name">{resource.known ? <Inside href={`/resources/${resource.id}?tab=relations`}>{name}</Inside> : name}</div>
      <div className="console-node-kind">
        {term("kind", resource.kind)} · {direction === "incoming" ? t("used", { relation }) : relation}
      </div>
    </>
  );
}

function More({ n }: { n: number }) {
  const t = useTexts(texts);
  return n > 0 ? <p className="console-node-kind console-graph-more">{t("inTable", { n })}</p> : null;
}

function place({ x, y }: { x: number; y: number }) {
  return { insetInlineStart: x, insetBlockStart: y, width: NODE.width, height: NODE.height };
}

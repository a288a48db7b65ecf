import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { createRoot } from "react-dom/client";

/** What the inventory is measured against: the same table of 50 rows and 10 columns, with nothing to fetch and nothing around it. */
const ROWS = Array.from({ length: 50 }, (_, number) => ({ id: `res-${number}`, number }));
const PLAIN = ["kind", "account", "region", "address", "vcpus", "memory", "presence", "age"];

createRoot(document.getElementById("root") as HTMLElement).render(
  <Table
    items={ROWS}
    trackBy="id"
    selectionType="multi"
    ariaLabels={{ selectionGroupLabel: "rows", allItemsSelectionLabel: () => "all", itemSelectionLabel: (_, row) => row.id }}
    columnDefinitions={[
      { id: "name", header: "name", isRowHeader: true, cell: (row) => <Link href={`#${row.id}`}>{row.id}</Link> },
      { id: "state", header: "state", cell: () => <StatusIndicator type="success">running</StatusIndicator> },
      ...PLAIN.map((id) => ({ id, header: id, cell: (row: (typeof ROWS)[number]) => `${id} ${row.number}` })),
    ]}
  />,
);

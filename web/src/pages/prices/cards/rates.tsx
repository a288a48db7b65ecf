import Table, { type TableProps } from "@cloudscape-design/components/table";

import type { Schemas } from "../../../api/types";
import { useMoney } from "../../../i18n/money";
import { useTexts } from "../../../i18n/use-texts";
import { plain } from "../../../parts/plain";
import { texts } from "./texts";

type Rates = Schemas["RatesItem"];
interface Column {
  title: string;
  rates: Rates;
}
interface Row {
  id: string;
  name: string;
  of(rates: Rates): string | null | undefined;
}

/** Rates side by side, exactly as they hold. */
export function RatesTable({ columns, currency, label }: { columns: readonly Column[]; currency: string; label: string }) {
  const t = useTexts(texts);
  const money = useMoney();
  const classes = [...new Set(columns.flatMap((each) => Object.keys(each.rates.storage_gib_month)))];
  const rows: Row[] = [
    { id: "vcpu", name: t("vcpuHour"), of: (rates) => rates.vcpu_hour },
    { id: "memory", name: t("memoryHour"), of: (rates) => rates.memory_gib_hour },
    ...classes.map((name) => ({ id: name, name: t("storageMonth", { name: plain(name) }), of: (rates: Rates) => rates.storage_gib_month[name] })),
    ...(columns.some((each) => each.rates.gpu_hour !== null) ? [{ id: "gpu", name: t("gpuHour"), of: (rates: Rates) => rates.gpu_hour }] : []),
  ];
  const shown: TableProps.ColumnDefinition<Row>[] = columns.map((column, at) => ({
    id: `${at}`,
    header: column.title,
    cell: (row) => {
      const rate = row.of(column.rates);
      return (
        <span className="console-amount" title={money.exact(rate, currency)}>
          {rate == null ? "–" : `${currency} ${money.decimal(rate, 6)}`}
        </span>
      );
    },
  }));
  return <Table variant="embedded" ariaLabels={{ tableLabel: label }} items={rows} trackBy="id" columnDefinitions={[{ id: "what", header: t("what"), isRowHeader: true, cell: (row) => row.name }, ...shown]} />;
}

import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { useTexts } from "../../i18n/use-texts";
import { plain } from "../../parts/plain";
import { Empty, Shown } from "../../parts/states";
import { texts } from "./texts";

/** As JSON, line by line, with what is hidden written out. */
function shown(document: unknown): string {
  return JSON.stringify(document, null, 2).split("\n").map(plain).join("\n");
}

export default function Native({ id }: { id: string }) {
  const t = useTexts(texts);
  const found = useQuery({
    queryKey: ["resources", "native", id],
    queryFn: ({ signal }) => get("/api/v1/resources/{resource_id}/native", { path: { resource_id: id }, signal }),
  });
  return (
    <Shown of={found}>
      {({ document, note }) =>
        document ? (
          <pre className="console-code" tabIndex={0}>
            {shown(document)}
          </pre>
        ) : (
          <Empty title={t("noDocument")} hint={note} />
        )
      }
    </Shown>
  );
}

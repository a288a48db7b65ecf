import Box from "@cloudscape-design/components/box";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { capacityOf, type Share } from "./capacity";
import { texts } from "./texts";
import type { Level } from "./use-capacity";

/** Bars where there are hosts or datastores, else what the instances take. */
export function CapacityCell({ level }: { level: Level | undefined }) {
  const t = useTexts(texts);
  const format = useFormat();
  if (!level) return null;
  const { memory, storage } = capacityOf(level);
  const gib = (value: number) => `${format.number(value)} GiB`;
  if (memory || storage) {
    return (
      <SpaceBetween size="xs">
        {memory ? <Bar label={t("hostMemory")} share={memory} say={(value) => format.memory(value)} /> : null}
        {storage ? <Bar label={t("storage")} share={storage} say={gib} /> : null}
      </SpaceBetween>
    );
  }
  const { instance_vcpus: vcpus, instance_memory_mib: taken } = level;
  if (vcpus.value === null && taken.value === null) return null;
  const bound = vcpus.at_least || taken.at_least ? "≥ " : "";
  return (
    <>
      <Box variant="awsui-key-label">{t("capacity")}</Box>
      {bound}
      {t("rented", { vcpus: format.number(vcpus.value), memory: format.memory(taken.value) })}
    </>
  );
}

function Bar({ label, share, say }: { label: string; share: Share; say(value: number): string }) {
  const t = useTexts(texts);
  return (
    <ProgressBar
      variant="key-value"
      value={share.percent}
      label={label}
      additionalInfo={`${share.atLeast ? "≥ " : ""}${t("usedOf", { used: say(share.used), all: say(share.of) })}`}
    />
  );
}

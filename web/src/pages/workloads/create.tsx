import { EXAMPLE } from "./example";
import { WorkloadForm } from "./form";

export default function NewWorkload() {
  return <WorkloadForm name="" start={EXAMPLE} />;
}

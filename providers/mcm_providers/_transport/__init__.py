"""How adapters reach the network: the SDKs' own HTTP stacks with every socket opened through `CallContext.dial`."""

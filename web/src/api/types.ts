import type { components, paths } from "./schema.gen";

export type Schemas = components["schemas"];
export type Account = Schemas["AccountItem"];
export type AccountDetail = Schemas["AccountDetail"];
export type Freshness = Schemas["Freshness"];
export type Operation = Schemas["OperationItem"];
export type OperationDetail = Schemas["OperationDetail"];
export type Resource = Schemas["ResourceItem"];
export type ResourceDetail = Schemas["ResourceDetail"];
export type Run = Schemas["RunItem"];
export type Session = Schemas["SessionAnswer"];

export type OperationStatus = NonNullable<QueryOf<"/api/v1/operations", "get">["status"]>[number];
export type Paths = paths;
export type Method = "get" | "post" | "put" | "patch" | "delete";
export type PathsWith<M extends Method> = {
  [P in keyof Paths]: Paths[P] extends { [K in M]: infer O } ? ([O] extends [undefined | never] ? never : P) : never;
}[keyof Paths];

type OperationOf<P extends keyof Paths, M extends Method> = Paths[P] extends { [K in M]: infer O } ? O : never;
export type QueryOf<P extends keyof Paths, M extends Method> =
  OperationOf<P, M> extends { parameters: { query?: infer Q } } ? NonNullable<Q> : never;
export type PathOf<P extends keyof Paths, M extends Method> =
  OperationOf<P, M> extends { parameters: { path: infer V } } ? V : never;
export type BodyOf<P extends keyof Paths, M extends Method> =
  OperationOf<P, M> extends { requestBody?: { content: { "application/json": infer B } } } ? B : never;
type Content<A> = A extends { content: { "application/json": infer C } } ? C : undefined;
export type AnswerOf<P extends keyof Paths, M extends Method> =
  OperationOf<P, M> extends { responses: infer R }
    ? Content<R extends { 200: infer A } ? A : R extends { 201: infer A } ? A : R extends { 202: infer A } ? A : never>
    : never;

/** A row as SQL returns it. An interface has no index signature, which `exec` asks for; this type of the same fields may have one. */
export type Stored<Row> = { [Field in keyof Row]: Row[Field] };

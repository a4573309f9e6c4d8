// Does nothing: what a Deno program costs that does something is what it takes longer than this.

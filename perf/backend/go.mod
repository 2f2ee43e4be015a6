module weft.dev/perf/backend

go 1.24.0

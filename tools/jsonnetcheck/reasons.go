package main

// reasons explains the differences that stand: what is known to come out
// differently, by suite and name, and why that is right or accepted.
func reasons() map[string]string {
	const (
		imports  = "the importer is ours: it says where it looked"
		cpp      = "the two upstream implementations differ here, and go-jsonnet counts"
		toStderr = "the golden file holds what the command prints to standard error too"
	)
	return map[string]string{
		"go-jsonnet/import_failure_directory": imports,
		"go-jsonnet/nonexistent_import":       imports,
		"go-jsonnet/nonexistent_import_crazy": imports,

		"jsonnet/error.array_fractional_index":     cpp,
		"jsonnet/error.integer_left_shift_runtime": cpp,
		"jsonnet/error.std_makeArray_negative":     cpp,
		"jsonnet/trace":                            toStderr,
	}
}

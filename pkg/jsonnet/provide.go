package jsonnet

// Provide gives a file that is not on disk: from now on, reading name yields
// data. It is for programs from a command line or a pipe.
func (i *Importer) Provide(name string, data []byte) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.files[name] = &file{data: data, provided: true}
}

package vm

import "slices"

// Forget lets go of a file that was evaluated by way of code without a name,
// and of what belongs to such code. Values that others have imported stay, and
// what is needed again is made again.
func (e *Evaluation) Forget(name string) {
	delete(e.imports.files, name)
	e.imports.uses[""] = slices.DeleteFunc(e.imports.uses[""], func(k importKey) bool {
		if im := e.imports.values[k]; im == nil || im.name != name {
			return false
		}
		delete(e.imports.values, k)
		return true
	})
	clear(e.stdFor)
}

package lint

import "strconv"

// routeReceiver finds receivers that no route names.
func routeReceiver(p *Pass) {
	if p.tree == nil || p.foreign {
		return
	}
	used := map[string]bool{}
	for _, r := range p.tree.Routes() {
		used[r.Receiver] = true
	}
	for i, receiver := range p.value.Array("receivers") {
		if name := receiver.Str("name"); !used[name] {
			p.Reportf(p.config, "/receivers/"+strconv.Itoa(i), "no route sends anything to receiver %q", name).Hint = "add a route to it, or leave it out"
		}
	}
}

package vm

// frame holds the variables of one call, one object layer or one field body
// that has locals. An empty slot means that the variable has not been needed
// yet; the code that refers to it knows its initialiser.
type frame struct {
	parent *frame
	// self and layer are the object around the code and which of its layers
	// the code belongs to; super starts at the next one.
	self  *Object
	layer int
	slots []Value
}

func newFrame(n int, parent *frame, self *Object, layer int) *frame {
	switch {
	case n == 0:
		return &frame{parent: parent, self: self, layer: layer}
	case n == 1:
		x := &struct {
			frame
			room [1]Value
		}{frame: frame{parent: parent, self: self, layer: layer}}
		x.slots = x.room[:]
		return &x.frame
	case n == 2:
		x := &struct {
			frame
			room [2]Value
		}{frame: frame{parent: parent, self: self, layer: layer}}
		x.slots = x.room[:]
		return &x.frame
	case n <= 4:
		x := &struct {
			frame
			room [4]Value
		}{frame: frame{parent: parent, self: self, layer: layer}}
		x.slots = x.room[:]
		return &x.frame
	case n <= 8:
		x := &struct {
			frame
			room [8]Value
		}{frame: frame{parent: parent, self: self, layer: layer}}
		x.slots = x.room[:]
		return &x.frame
	}
	return &frame{parent: parent, self: self, layer: layer, slots: make([]Value, n)}
}

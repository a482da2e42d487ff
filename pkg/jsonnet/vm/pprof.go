package vm

import (
	"compress/gzip"
	"fmt"
	"io"
	"slices"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// Field numbers of the messages of pprof's profile.proto, as far as they are
// written: https://github.com/google/pprof/blob/main/proto/profile.proto.
const (
	profileSampleType  protowire.Number = 1
	profileSample      protowire.Number = 2
	profileLocation    protowire.Number = 4
	profileFunction    protowire.Number = 5
	profileStringTable protowire.Number = 6
	profileTimeNanos   protowire.Number = 9
	profileDuration    protowire.Number = 10
	profileDefaultType protowire.Number = 14

	valueTypeType protowire.Number = 1
	valueTypeUnit protowire.Number = 2

	sampleLocationID protowire.Number = 1
	sampleValue      protowire.Number = 2

	locationID   protowire.Number = 1
	locationLine protowire.Number = 4

	lineFunctionID protowire.Number = 1

	functionID       protowire.Number = 1
	functionName     protowire.Number = 2
	functionFilename protowire.Number = 4
)

// WritePprof writes the profile with its stacks in pprof's format, for
// "go tool pprof" and the viewers that read it. Its values are time in
// nanoseconds and accounted memory in bytes; at is when the profile was made.
func (p *Profile) WritePprof(w io.Writer, at time.Time) error {
	took, _ := p.Sum()
	b := pprofBuilder{texts: map[string]uint64{}, functions: map[profileKey]uint64{}}
	b.text("") // the format wants it first
	b.out.message(profileSampleType, b.valueType("time", "nanoseconds"))
	b.out.message(profileSampleType, b.valueType("space", "bytes"))
	p.walk(b.sample)
	b.out.number(profileTimeNanos, uint64(max(0, at.UnixNano())))
	b.out.number(profileDuration, uint64(max(0, took)))
	b.out.number(profileDefaultType, b.text("time"))
	for _, s := range b.table {
		b.out.message(profileStringTable, message(s))
	}
	z := gzip.NewWriter(w)
	if _, err := z.Write(b.out); err != nil {
		return fmt.Errorf("write profile: %w", err)
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write profile: %w", err)
	}
	return nil
}

// pprofBuilder encodes a profile. Each function has a location of the same
// number, since lines within functions are not told apart.
type pprofBuilder struct {
	out       message
	texts     map[string]uint64
	table     []string
	functions map[profileKey]uint64
}

// sample adds a stack.
func (b *pprofBuilder) sample(path []*profileNode) {
	var ids, values, m message
	for _, n := range slices.Backward(path) { // the innermost first
		ids = protowire.AppendVarint(ids, b.function(n.profileKey))
	}
	self := path[len(path)-1].self
	values = protowire.AppendVarint(values, uint64(max(0, self.time)))
	values = protowire.AppendVarint(values, uint64(max(0, self.bytes)))
	m.message(sampleLocationID, ids)
	m.message(sampleValue, values)
	b.out.message(profileSample, m)
}

// function returns the number of a function, and of its location.
func (b *pprofBuilder) function(k profileKey) uint64 {
	if id, ok := b.functions[k]; ok {
		return id
	}
	id := uint64(len(b.functions) + 1)
	b.functions[k] = id
	name := k.function
	if name == "" {
		name = "file"
	}
	if k.file != "" {
		name += " " + k.file // viewers sum up by the name alone
	}
	var f, line, location message
	f.number(functionID, id)
	f.number(functionName, b.text(name))
	f.number(functionFilename, b.text(k.file))
	b.out.message(profileFunction, f)
	line.number(lineFunctionID, id)
	location.number(locationID, id)
	location.message(locationLine, line)
	b.out.message(profileLocation, location)
	return id
}

func (b *pprofBuilder) valueType(name, unit string) message {
	var m message
	m.number(valueTypeType, b.text(name))
	m.number(valueTypeUnit, b.text(unit))
	return m
}

// text returns the number of a text in the table.
func (b *pprofBuilder) text(s string) uint64 {
	id, ok := b.texts[s]
	if !ok {
		id = uint64(len(b.table))
		b.texts[s] = id
		b.table = append(b.table, s)
	}
	return id
}

// message is an encoded message of protocol buffers.
type message []byte

func (m *message) number(field protowire.Number, n uint64) {
	*m = protowire.AppendVarint(protowire.AppendTag(*m, field, protowire.VarintType), n)
}

func (m *message) message(field protowire.Number, sub message) {
	*m = protowire.AppendBytes(protowire.AppendTag(*m, field, protowire.BytesType), sub)
}

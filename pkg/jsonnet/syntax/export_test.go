package syntax

// Accepts reports whether the parser here accepts text without upstream's help.
func Accepts(text string) bool { return parse("", "", text) != nil }

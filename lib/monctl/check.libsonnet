// Checks of the arguments that the other files of this library take.
//
// Every function returns true or stops the evaluation with a message of the form
// `<where>: <what is wrong>; <what would be right>`, so that it can stand in an
// `assert`. `where` names the thing as its author knows it, e.g.
// `monctl/rules: alert 'HostDown'`.
{
  local check = self,

  // str quotes a value for a message.
  str(value):: if std.isString(value) then "'%s'" % value else std.manifestJsonMinified(value),

  // list joins names for a message, sorted, e.g. `critical, info, warning`.
  list(names):: std.join(', ', std.sort(names)),

  // fields: `spec` is an object that has all `required` fields and no others than
  // `required` + `optional`. A wrong name is answered with the nearest right one.
  fields(where, spec, required, optional=[])::
    if !std.isObject(spec) then
      error '%s: expected an object with the fields %s, got %s' % [where, check.list(required + optional), std.type(spec)]
    else
      local known = required + optional;
      local unknown = [f for f in std.objectFieldsAll(spec) if !std.member(known, f)];
      local missing = [f for f in required if !std.objectHasAll(spec, f)];
      if std.length(unknown) > 0 then
        local near = [k for k in known if check.near(k, unknown[0])];
        error "%s: unknown field '%s'; %s" % [
          where,
          unknown[0],
          if std.length(near) > 0 then "did you mean '%s'?" % near[0] else 'allowed: ' + check.list(known),
        ]
      else if std.length(missing) > 0 then
        error "%s: the field '%s' is missing" % [where, missing[0]]
      else true,

  // near tells whether two names differ by case, one letter too many, too few or
  // wrong, or one swapped pair.
  near(a, b)::
    local x = std.asciiLower(a), y = std.asciiLower(b);
    local n = std.length(x), m = std.length(y);
    // Length of the common start; what is left after it decides.
    local common(i) = if i < n && i < m && x[i] == y[i] then common(i + 1) else i;
    local i = common(0);
    x == y ||
    (n >= 3 && m >= 3 && std.abs(n - m) <= 1 && (
       x[i:] == y[i + 1:] ||
       x[i + 1:] == y[i:] ||
       x[i + 1:] == y[i + 1:] ||
       (i + 1 < n && i + 1 < m && x[i] == y[i + 1] && x[i + 1] == y[i] && x[i + 2:] == y[i + 2:])
     )),

  // type: `value` has one of the JSON types in `types`: array, boolean, null,
  // number, object, string.
  type(where, field, value, types)::
    local want = if std.isArray(types) then types else [types];
    if std.member(want, std.type(value)) then true
    else error "%s: '%s' must be of type %s, got %s" % [where, field, std.join(' or ', want), std.type(value)],

  // types checks the types of many optional fields at once: {field: type(s)}.
  types(where, spec, want)::
    std.all([
      check.type(where, f, spec[f], want[f])
      for f in std.objectFields(want)
      if std.objectHasAll(spec, f)
    ]),

  // text: a string that is not blank.
  text(where, field, value)::
    if std.isString(value) && std.length(std.stripChars(value, ' \t\r\n')) > 0 then true
    else error "%s: '%s' must be a text that is not blank, got %s" % [where, field, check.str(value)],

  // oneOf: `value` is one of the `allowed` values.
  oneOf(where, field, value, allowed)::
    if std.member(allowed, value) then true
    else error "%s: '%s' must be one of %s, got %s" % [where, field, std.join(', ', [std.toString(a) for a in allowed]), check.str(value)],

  // unique: no value occurs twice in `values`; `what` names them in the plural.
  unique(where, what, values)::
    local sorted = std.sort(values);
    local twice = [sorted[i] for i in std.range(1, std.length(sorted) - 1) if sorted[i] == sorted[i - 1]];
    if std.length(twice) == 0 then true
    else error '%s: %s must be unique, %s occurs more than once' % [where, what, check.str(twice[0])],

  local isIn(chars) = function(c) std.member(chars, c),
  local lower = 'abcdefghijklmnopqrstuvwxyz',
  local letters = lower + std.asciiUpper(lower),
  local digits = '0123456789',
  local every(text, test) = std.all(std.map(test, std.stringChars(text))),

  // isName tells whether `text` is a label name: letters, digits and underscores,
  // not beginning with a digit.
  isName(text)::
    std.isString(text) && text != '' && every(text, isIn(letters + digits + '_')) && !std.member(digits, text[0]),

  // labelName: `value` is a label name that Prometheus takes in every version.
  labelName(where, value)::
    if check.isName(value) then true
    else error '%s: %s is no label name; letters, digits and underscores are allowed, no digit first' % [where, check.str(value)],

  // labels: an object label name → string value.
  labels(where, field, value)::
    check.type(where, field, value, 'object') &&
    std.all([
      check.labelName('%s: %s' % [where, field], name) &&
      check.type('%s: %s' % [where, field], name, value[name], 'string')
      for name in std.objectFields(value)
    ]),

  // isDuration tells whether `text` is a Prometheus duration: `0`, or numbers with
  // the units y w d h m s ms in this order, e.g. `1h30m`, `500ms`.
  isDuration(text)::
    local units = ['y', 'w', 'd', 'h', 'm', 's', 'ms'];
    local number(s, i) = if i < std.length(s) && std.member(digits, s[i]) then number(s, i + 1) else i;
    local unit(s, i) = if i < std.length(s) && std.member(letters, s[i]) then unit(s, i + 1) else i;
    local parts(s, rank) =
      if s == '' then true else
        local n = number(s, 0);
        local u = unit(s, n);
        local at = std.find(s[n:u], units);
        n > 0 && std.length(at) == 1 && at[0] >= rank && parts(s[u:], at[0] + 1);
    std.isString(text) && (text == '0' || (text != '' && parts(text, 0))),

  // duration: `value` is a Prometheus duration.
  duration(where, field, value)::
    if check.isDuration(value) then true
    else error "%s: '%s' must be a duration like 30s, 5m or 1h30m, got %s" % [where, field, check.str(value)],

  // durations checks many optional fields of `spec` at once.
  durations(where, spec, fields)::
    std.all([check.duration(where, f, spec[f]) for f in fields if std.objectHasAll(spec, f)]),

  // recordName: `level:metric:operations`, three non-empty parts of letters, digits
  // and underscores; see https://prometheus.io/docs/practices/rules/.
  isRecordName(name)::
    std.isString(name) &&
    local parts = std.split(name, ':');
    std.length(parts) == 3 && std.all([
      p != '' && every(p, isIn(letters + digits + '_'))
      for p in parts
    ]) && !std.member(digits, name[0]),
}

# What the Ruby files of a checkout load and name, by Ripper, the parser that comes with Ruby: the reference that
# `xtask closures` is held against for Ruby.
#
#   lockstep functions --format json > functions.json      (in the checkout)
#   ruby xtask/reference/ruby.rb CHECKOUT functions.json > reference.json
#
# Nothing of the checkout is run. A file reaches the files that it requires, by literal paths and by File.join and
# File.expand_path of such, and the files below the same code root that define a constant that it names, by the modules
# around the place, or a method outside of classes that it calls. A module that only holds others defines nothing. Files
# are taken whole.

require "json"
require "pathname"
require "ripper"

checkout, functions = ARGV
abort "usage: ruby.rb CHECKOUT FUNCTIONS_JSON" unless checkout && functions
ROOT = Pathname.new(checkout).realpath

# One file: its requires, the constants that it names, and those that it defines.
class Source
  attr_reader :loads, :named, :defined

  def initialize(path)
    @folder = path.dirname
    @path = path
    @loads = []
    @named = []
    @defined = []
    walk(Ripper.sexp(path.read) || [])
  end

  private

  # Reads what is below `node`; `scope` is the names of the modules around it.
  def walk(node, scope = [])
    return unless node.is_a?(Array)

    case node[0]
    when :class, :module
      name = [scope.last, path_of(node[1])].compact.join("::")
      @defined << name unless node[0] == :module && only_holds?(node.last[1])
      walk(node[2], scope) if node[0] == :class
      walk(node.last(1), scope + [name])
      return
    when :assign
      @defined << [scope.last, path_of(node[1])].compact.join("::") if path_of(node[1])
      walk(node[2], scope)
      return
    when :def
      @defined << node[1][1] if scope.empty?
    when :vcall, :fcall then @named << [node[1][1], []]
    when :command
      @named << [node[1][1], []]
      load_of(node[1], node[2])
    when :method_add_arg then load_of(node[1][1], node[2]) if node[1][0] == :fcall
    when :var_ref, :const_path_ref, :top_const_ref
      path = path_of(node)
      return @named << [path, node[0] == :top_const_ref ? [] : scope] if path
    end
    node.each { |part| walk(part, scope) }
  end

  # True for a body that holds classes and modules and nothing else.
  def only_holds?(body)
    parts = body.reject { |part| part[0] == :void_stmt }
    !parts.empty? && parts.all? { |part| %i[class module].include?(part[0]) }
  end

  # `A::B`; nil if a part of it is no constant.
  def path_of(node)
    case node[0]
    when :var_ref, :var_field, :const_ref, :top_const_ref, :top_const_field
      node[1][1] if node[1][0] == :@const
    when :const_path_ref, :const_path_field
      outer = path_of(node[1])
      outer && "#{outer}::#{node[2][1]}"
    end
  end

  def load_of(name, arguments)
    kind = name[1]
    return unless %w[require require_relative load].include?(kind)

    argument = first_argument(arguments)
    path = argument && text(argument)
    @loads << [kind, path] if path
  end

  def first_argument(node)
    node = node[1] while node.is_a?(Array) && %i[arg_paren args_add_block].include?(node[0])
    node.is_a?(Array) ? node[0] : nil
  end

  # The text of a literal, or of a path made from literals; nil if it is neither.
  def text(node)
    case node[0]
    when :string_literal
      parts = node[1][1..]
      parts.map { |part| part[0] == :@tstring_content ? part[1] : (return nil) }.join
    when :vcall, :var_ref
      { "__dir__" => @folder.to_s, "__FILE__" => @path.to_s }[node[1][1]]
    when :method_add_arg then called(node)
    end
  end

  def called(node)
    return unless node[1][0] == :call && node[1][1].flatten.include?("File")

    list = node[2]
    list = list[1] while list.is_a?(Array) && %i[arg_paren args_add_block].include?(list[0])
    arguments = list.map { |argument| text(argument) }
    return if arguments.include?(nil)

    case node[1][3][1]
    when "join" then File.join(*arguments)
    when "expand_path" then File.expand_path(*arguments)
    when "dirname" then File.dirname(*arguments)
    end
  end
end

SOURCES = Hash.new { |all, path| all[path] = Source.new(path) }
DEFINED = Hash.new { |all, root| all[root] = definitions(root) }

# Constant -> the files below a code root that define it; tests are left out.
def definitions(root)
  all = {}
  Pathname.glob(root.join("**/*.rb")).each do |path|
    next if path.relative_path_from(ROOT).each_filename.any? { |part| %w[spec test vendor node_modules].include?(part) }

    SOURCES[path.realpath].defined.uniq.each { |name| (all[name] ||= []) << path.realpath }
  end
  all
end

# The file that a require means, if it is one of the checkout.
def loaded(from, kind, path, root)
  bases = kind == "require_relative" ? [from.dirname] : [root, root.join("lib"), root.join("ruby/lib"), from.dirname]
  bases = [Pathname.new("/")] if path.start_with?("/")
  candidates = bases.flat_map { |base| [base.join("#{path}.rb"), base.join(path)] }
  candidates.find { |file| file.file? && file.extname == ".rb" }&.realpath
end

# The files that define what `name` means inside of `scope`: the innermost module that has it, else what is around it
# (`Shop::Money` for `Shop::Money::RATE`).
def files_of(name, scope, defined)
  until name.empty?
    meant = [*scope.reverse.map { |outer| "#{outer}::#{name}" }, name].find { |full| defined.key?(full) }
    return defined[meant] if meant

    name = name.rpartition("::").first
  end
  []
end

def closure(entry, root)
  open = [entry]
  seen = []
  while (path = open.pop)
    next if seen.include?(path)

    seen << path
    source = SOURCES[path]
    open.concat(source.loads.filter_map { |kind, target| loaded(path, kind, target, root) })
    # A method of the file itself is the one that is meant.
    own = source.defined.grep(/\A[a-z_]/)
    named = source.named.uniq.reject { |name, _| own.include?(name) }
    open.concat(named.flat_map { |name, scope| files_of(name, scope, DEFINED[root]) })
  end
  seen.map { |path| path.relative_path_from(ROOT).to_s }.sort
end

result = {}
JSON.parse(File.read(functions))["functions"].each do |function|
  entry = function["entry"]
  next unless entry && entry["path"].end_with?(".rb")

  root = ROOT.join(function["code_root"] || File.dirname(entry["path"])).realpath
  result[function["id"]] = closure(ROOT.join(entry["path"]).realpath, root)
end
puts JSON.pretty_generate("tool" => "Ripper #{RUBY_VERSION}", "functions" => result)

<?php

// What the PHP files of a checkout load and name, by PHP's own tokenizer: the reference that `xtask closures` is held
// against for PHP.
//
//   lockstep functions --format json > functions.json      (in the checkout)
//   php xtask/reference/php.php CHECKOUT functions.json > reference.json
//
// Nothing of the checkout is run. A file reaches the files that it includes by literal paths and by __DIR__, and the
// files in which Composer's rules (psr-4 and files of the nearest composer.json) find the classes that it names, or that
// define them below the same composer.json. Where the type of a parameter or a property is an interface or an abstract
// class, the files of the classes that implement or extend it are reached too: a container may serve them. Files are
// taken whole.

declare(strict_types=1);

[, $checkout, $functions] = $argv + [null, null, null];
if (!$checkout || !$functions) {
    fwrite(STDERR, "usage: php.php CHECKOUT FUNCTIONS_JSON\n");
    exit(2);
}
$root = realpath($checkout);

/** One file: what it includes, what it names, and what it defines; names are full. */
function read_source(string $path): array
{
    $tokens = array_values(array_filter(
        PhpToken::tokenize((string) file_get_contents($path)),
        fn (PhpToken $token) => !$token->is([T_WHITESPACE, T_COMMENT, T_DOC_COMMENT]),
    ));
    $source = ['includes' => [], 'names' => [], 'defines' => [], 'served' => [], 'parents' => [], 'abstract' => []];
    $namespace = '';
    $uses = [];
    $names = [T_STRING, T_NAME_QUALIFIED, T_NAME_FULLY_QUALIFIED, T_NAME_RELATIVE];
    $depth = 0;
    for ($at = 0; $at < count($tokens); $at++) {
        $token = $tokens[$at];
        $before = $tokens[$at - 1] ?? null;
        $after = $tokens[$at + 1] ?? null;
        $depth += ($token->text === '{' || $token->is([T_CURLY_OPEN, T_DOLLAR_OPEN_CURLY_BRACES])) ? 1 : 0;
        $depth -= $token->text === '}' ? 1 : 0;
        if ($token->is(T_NAMESPACE) && $after?->is([T_STRING, T_NAME_QUALIFIED])) {
            $namespace = $after->text;
            $uses = [];
            $at++;
        } elseif ($token->is(T_USE) && $depth === 0 && $before?->text !== ')') {
            $at = read_use($tokens, $at + 1, $uses);
        } elseif ($token->is([T_CLASS, T_INTERFACE, T_TRAIT, T_ENUM]) && $after?->is(T_STRING) && !$before?->is(T_DOUBLE_COLON)) {
            $name = ltrim("$namespace\\{$after->text}", '\\');
            $source['defines'][] = $name;
            $modifiers = array_map(fn (PhpToken $token) => $token->text, array_slice($tokens, max(0, $at - 3), min($at, 3)));
            if ($token->is(T_INTERFACE) || in_array('abstract', $modifiers, true)) {
                $source['abstract'][] = $name;
            }
            for ($at += 2; $tokens[$at]->text !== '{'; $at++) {
                if ($tokens[$at]->is($names)) {
                    $parent = full_name($tokens[$at], $namespace, $uses);
                    $source['parents'][$name][] = $parent;
                    $source['names'][] = $parent;
                }
            }
            $at--;
        } elseif ($token->is([T_REQUIRE, T_REQUIRE_ONCE, T_INCLUDE, T_INCLUDE_ONCE])) {
            $path_said = read_path($tokens, $at + 1, dirname($path));
            $source['includes'][] = $path_said;
        } elseif ($token->is($names) && !$before?->is([T_OBJECT_OPERATOR, T_NULLSAFE_OBJECT_OPERATOR, T_DOUBLE_COLON, T_CONST, T_FUNCTION])) {
            $source['names'][] = full_name($token, $namespace, $uses);
            if (is_type($tokens, $at)) {
                $source['served'][] = full_name($token, $namespace, $uses);
            }
        }
    }
    return $source;
}

/** True for the type of a parameter or a property; that of a caught exception is none. */
function is_type(array $tokens, int $at): bool
{
    $part = fn (PhpToken $token) => $token->is([T_STRING, T_NAME_QUALIFIED, T_NAME_FULLY_QUALIFIED, T_AMPERSAND_NOT_FOLLOWED_BY_VAR_OR_VARARG])
        || in_array($token->text, ['|', '?', 'array', 'null', 'callable'], true);
    $end = $at;
    while ($part($tokens[$end])) {
        $end++;
    }
    while (in_array($tokens[$end]->text, ['&', '...'], true)) {
        $end++;
    }
    $start = $at;
    while ($part($tokens[$start])) {
        $start--;
    }
    return $tokens[$end]->is(T_VARIABLE) && !($tokens[$start]->text === '(' && $tokens[$start - 1]->is(T_CATCH));
}

/** Reads `use A\B, C as D;` and `use A\{B, C};`; returns the place of the semicolon. */
function read_use(array $tokens, int $at, array &$uses): int
{
    $prefix = '';
    $name = '';
    $alias = null;
    $kind = null;
    $close = function () use (&$prefix, &$name, &$alias, &$kind, &$uses): void {
        if ($name !== '' && $kind === null) {
            $full = ltrim($prefix . $name, '\\');
            $parts = explode('\\', $full);
            $uses[$alias ?? end($parts)] = $full;
        }
        $name = '';
        $alias = null;
    };
    for (; $at < count($tokens) && $tokens[$at]->text !== ';'; $at++) {
        $token = $tokens[$at];
        if ($token->is([T_FUNCTION, T_CONST])) {
            $kind = $token->text;
        } elseif ($token->text === '{') {
            $prefix = rtrim($name, '\\') . '\\';
            $name = '';
        } elseif ($token->text === ',' || $token->text === '}') {
            $close();
        } elseif ($token->is(T_AS)) {
            $alias = $tokens[++$at]->text;
        } else {
            $name .= $token->text;
        }
    }
    $close();
    return $at;
}

/** The path that an include names: literals, __DIR__, dirname(__DIR__, N), joined by dots; null if it is computed. */
function read_path(array $tokens, int $at, string $folder): ?string
{
    $path = '';
    for (; $at < count($tokens) && !in_array($tokens[$at]->text, [';', ','], true); $at++) {
        $token = $tokens[$at];
        if ($token->is(T_DIR)) {
            $path .= $folder;
        } elseif ($token->is(T_CONSTANT_ENCAPSED_STRING)) {
            $path .= substr($token->text, 1, -1);
        } elseif ($token->text === 'dirname') {
            $text = '';
            while ($tokens[$at]->text !== ')') {
                $text .= $tokens[$at++]->text;
            }
            if (!preg_match('/^dirname\(__(DIR|FILE)__(?:,(\d))?$/', $text, $found)) {
                return null;
            }
            $path .= dirname($found[1] === 'DIR' ? $folder : "$folder/x", (int) ($found[2] ?? 1));
        } elseif (!in_array($token->text, ['.', '(', ')'], true)) {
            return null;
        }
    }
    return $path === '' ? null : $path;
}

function full_name(PhpToken $token, string $namespace, array $uses): string
{
    $name = $token->text;
    if ($token->is(T_NAME_FULLY_QUALIFIED)) {
        return ltrim($name, '\\');
    }
    if ($token->is(T_NAME_RELATIVE)) {
        return $namespace . substr($name, strlen('namespace'));
    }
    $parts = explode('\\', $name);
    if (isset($uses[$parts[0]])) {
        $parts[0] = $uses[$parts[0]];
        return implode('\\', $parts);
    }
    return ltrim("$namespace\\$name", '\\');
}

/** The nearest folder with a composer.json, and what it says. */
function project(string $path, string $root): array
{
    static $known = [];
    for ($folder = dirname($path); strlen($folder) >= strlen($root); $folder = dirname($folder)) {
        if (is_file("$folder/composer.json")) {
            return $known[$folder] ??= read_project($folder);
        }
    }
    return ['folder' => null, 'psr-4' => [], 'files' => [], 'defined' => [], 'abstract' => [], 'children' => []];
}

function read_project(string $folder): array
{
    $said = json_decode((string) file_get_contents("$folder/composer.json"), true) ?? [];
    $project = ['folder' => $folder, 'psr-4' => [], 'files' => [], 'defined' => [], 'abstract' => [], 'children' => []];
    foreach (['autoload', 'autoload-dev'] as $section) {
        foreach ($said[$section]['psr-4'] ?? [] as $prefix => $paths) {
            foreach ((array) $paths as $path) {
                $project['psr-4'][] = [$prefix, "$folder/" . rtrim($path, '/')];
            }
        }
    }
    foreach ($said['autoload']['files'] ?? [] as $path) {
        $project['files'][] = "$folder/$path";
    }
    // Classes that lie where no rule says: entry files define some.
    $files = new RecursiveIteratorIterator(new RecursiveDirectoryIterator($folder, FilesystemIterator::SKIP_DOTS));
    foreach ($files as $file) {
        $path = $file->getPathname();
        if ($file->getExtension() === 'php' && !preg_match('#/(vendor|node_modules|tests?|Tests?)/#', substr($path, strlen($folder)))) {
            foreach (source($path)['defines'] as $name) {
                $project['defined'][$name] ??= $path;
            }
            foreach (source($path)['abstract'] as $name) {
                $project['abstract'][$name] = true;
            }
            foreach (source($path)['parents'] as $name => $parents) {
                foreach ($parents as $parent) {
                    $project['children'][$parent][] = $name;
                }
            }
        }
    }
    return $project;
}

function source(string $path): array
{
    static $known = [];
    return $known[$path] ??= read_source($path);
}

function class_file(string $name, array $project): ?string
{
    foreach ($project['psr-4'] as [$prefix, $folder]) {
        if ($prefix !== '' && str_starts_with($name, $prefix)) {
            $path = $folder . '/' . str_replace('\\', '/', substr($name, strlen($prefix))) . '.php';
            if (is_file($path)) {
                return $path;
            }
        }
    }
    return $project['defined'][$name] ?? null;
}

/** The classes that a container may serve for a type. */
function served(string $type, array $project): array
{
    $open = [$type];
    $found = [];
    while ($open) {
        $name = array_pop($open);
        foreach (isset($project['abstract'][$name]) ? $project['children'][$name] ?? [] : [] as $child) {
            if (!in_array($child, $found, true)) {
                $found[] = $child;
                $open[] = $child;
            }
        }
    }
    return $found;
}

function closure_of(string $entry, string $root): array
{
    $open = [$entry];
    $seen = [];
    while ($open) {
        $path = realpath(array_pop($open));
        if (!$path || isset($seen[$path]) || pathinfo($path, PATHINFO_EXTENSION) !== 'php' || str_contains($path, '/vendor/')) {
            continue;
        }
        $seen[$path] = true;
        $project = project($path, $root);
        array_push($open, ...$project['files']);
        foreach (source($path)['includes'] as $said) {
            if ($said !== null) {
                $open[] = str_starts_with($said, '/') ? $said : dirname($path) . "/$said";
            }
        }
        $names = source($path)['names'];
        foreach (source($path)['served'] as $name) {
            array_push($names, ...served($name, $project));
        }
        foreach ($names as $name) {
            $file = class_file($name, $project);
            if ($file) {
                $open[] = $file;
            }
        }
    }
    $files = array_map(fn (string $path) => substr($path, strlen($root) + 1), array_keys($seen));
    sort($files);
    return $files;
}

$result = [];
foreach (json_decode((string) file_get_contents($functions), true)['functions'] as $function) {
    $entry = $function['entry']['path'] ?? null;
    if ($entry && str_ends_with($entry, '.php')) {
        $result[$function['id']] = closure_of("$root/$entry", $root);
    }
}
echo json_encode(['tool' => 'tokens of PHP ' . PHP_VERSION, 'functions' => (object) $result], JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES), "\n";

//! Program text with a structure: a made-up TypeScript or Python file that can be edited as people edit files, and that
//! parses after every edit.

/// What a file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    TypeScript,
    Python,
}

/// What a formatter decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    pub single_quotes: bool,
    /// Of TypeScript only.
    pub semicolons: bool,
    /// Records stand on one line.
    pub wide: bool,
    pub indent: usize,
}

/// One thing that a definition does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Statement {
    Add(u32),
    Times(u32),
    Cap {
        above: u32,
        to: u32,
    },
    /// Of handlers only.
    Label(String),
    /// Of handlers only: something of another file, as an expression.
    Show(String),
    /// The total is what another definition makes of it.
    Call(String),
}

/// A function of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Definition {
    pub name: String,
    pub comment: Option<String>,
    /// It takes an event, and a manifest names it.
    pub handler: bool,
    pub statements: Vec<Statement>,
}

/// `import clause from module`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Import {
    pub clause: String,
    pub module: String,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub language: Language,
    /// The year of the licence header, if there is one.
    pub licence: Option<u32>,
    pub style: Style,
    pub imports: Vec<Import>,
    pub definitions: Vec<Definition>,
}

impl Source {
    /// The text.
    pub(crate) fn render(&self) -> String {
        let mut writer = Writer { source: self, text: String::new() };
        writer.head();
        for definition in &self.definitions {
            writer.definition(definition);
        }
        writer.text
    }
}

struct Writer<'a> {
    source: &'a Source,
    text: String,
}

impl Writer<'_> {
    fn python(&self) -> bool {
        self.source.language == Language::Python
    }

    /// A line of depth `depth`.
    fn line(&mut self, depth: usize, text: &str) {
        self.text.push_str(&" ".repeat(depth * self.source.style.indent));
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// A line that TypeScript may end with a semicolon.
    fn ended(&mut self, depth: usize, text: &str) {
        let end = if !self.python() && self.source.style.semicolons { ";" } else { "" };
        self.line(depth, &format!("{text}{end}"));
    }

    fn quoted(&self, text: &str) -> String {
        let quote = if self.source.style.single_quotes { '\'' } else { '"' };
        format!("{quote}{text}{quote}")
    }

    fn head(&mut self) {
        let mark = if self.python() { "#" } else { "//" };
        if let Some(year) = self.source.licence {
            self.line(0, &format!("{mark} Copyright {year} Example Ltd. All rights reserved."));
            self.line(0, &format!("{mark} SPDX-License-Identifier: MIT"));
            self.line(0, "");
        }
        for import in &self.source.imports {
            let Import { clause, module } = import;
            if self.python() {
                self.line(0, &format!("from {module} import {clause}"));
            } else {
                let module = self.quoted(module);
                self.ended(0, &format!("import {clause} from {module}"));
            }
        }
    }

    fn definition(&mut self, definition: &Definition) {
        self.line(0, "");
        match self.source.language {
            Language::TypeScript => self.typescript(definition),
            Language::Python => self.definition_of_python(definition),
        }
    }

    fn typescript(&mut self, definition: &Definition) {
        if let Some(comment) = &definition.comment {
            self.line(0, &format!("// {comment}"));
        }
        let name = &definition.name;
        if definition.handler {
            self.line(0, &format!("export const {name} = async (event: {{ amount: number }}) => {{"));
            self.ended(1, "let total = event.amount");
            self.ended(1, "const labels: unknown[] = []");
        } else {
            self.line(0, &format!("export function {name}(amount: number): number {{"));
            self.ended(1, "let total = amount");
        }
        for statement in &definition.statements {
            self.statement(statement);
        }
        if definition.handler {
            self.record(&["total", "labels"].map(str::to_owned));
            self.ended(0, "}");
        } else {
            self.ended(1, "return total");
            self.line(0, "}");
        }
    }

    fn definition_of_python(&mut self, definition: &Definition) {
        self.line(0, "");
        let name = &definition.name;
        let arguments = if definition.handler { "event, context" } else { "amount" };
        self.line(0, &format!("def {name}({arguments}):"));
        if let Some(comment) = &definition.comment {
            self.line(1, &format!("\"\"\"{comment}.\"\"\""));
        }
        if definition.handler {
            let amount = self.quoted("amount");
            self.line(1, &format!("total = event[{amount}]"));
            self.line(1, "labels = []");
        } else {
            self.line(1, "total = amount");
        }
        for statement in &definition.statements {
            self.statement(statement);
        }
        if definition.handler {
            let fields = ["total", "labels"].map(|field| format!("{}: {field}", self.quoted(field)));
            self.record(&fields);
        } else {
            self.line(1, "return total");
        }
    }

    /// `return { … }`, on one line or on several.
    fn record(&mut self, fields: &[String]) {
        if self.source.style.wide {
            let fields = fields.join(", ");
            let record = if self.python() { format!("return {{{fields}}}") } else { format!("return {{ {fields} }}") };
            return self.ended(1, &record);
        }
        self.line(1, "return {");
        for field in fields {
            self.line(2, &format!("{field},"));
        }
        self.ended(1, "}");
    }

    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Add(by) => self.ended(1, &format!("total = total + {by}")),
            Statement::Times(by) => self.ended(1, &format!("total = total * {by}")),
            Statement::Cap { above, to } if self.python() => {
                self.line(1, &format!("if total > {above}:"));
                self.line(2, &format!("total = {to}"));
            }
            Statement::Cap { above, to } => {
                self.line(1, &format!("if (total > {above}) {{"));
                self.ended(2, &format!("total = {to}"));
                self.line(1, "}");
            }
            Statement::Label(word) => {
                let word = self.quoted(word);
                self.push(&word);
            }
            Statement::Show(expression) => self.push(expression),
            Statement::Call(name) => self.ended(1, &format!("total = {name}(total)")),
        }
    }

    fn push(&mut self, expression: &str) {
        let call = if self.python() { "append" } else { "push" };
        self.ended(1, &format!("labels.{call}({expression})"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(language: Language) -> Source {
        let statements = vec![
            Statement::Call("rules".into()),
            Statement::Cap { above: 40, to: 7 },
            Statement::Label("paid".into()),
            Statement::Times(3),
        ];
        let handler = Definition { name: "handler".into(), comment: Some("Prices".into()), handler: true, statements };
        let (clause, module) = match language {
            Language::TypeScript => ("{ rules }", "./rules"),
            Language::Python => ("rules", ".rules"),
        };
        Source {
            language,
            licence: Some(2024),
            style: Style { single_quotes: true, semicolons: true, wide: true, indent: 2 },
            imports: vec![Import { clause: clause.into(), module: module.into() }],
            definitions: vec![handler],
        }
    }

    #[test]
    fn typescript_reads_like_typescript() {
        let text = "// Copyright 2024 Example Ltd. All rights reserved.\n// SPDX-License-Identifier: MIT\n\n\
            import { rules } from './rules';\n\n// Prices\n\
            export const handler = async (event: { amount: number }) => {\n  let total = event.amount;\n  \
            const labels: unknown[] = [];\n  total = rules(total);\n  if (total > 40) {\n    total = 7;\n  }\n  \
            labels.push('paid');\n  total = total * 3;\n  return { total, labels };\n};\n";
        assert_eq!(source(Language::TypeScript).render(), text);
    }

    #[test]
    fn python_reads_like_python() {
        let mut source = source(Language::Python);
        source.style = Style { single_quotes: false, semicolons: false, wide: false, indent: 4 };
        let text = "# Copyright 2024 Example Ltd. All rights reserved.\n# SPDX-License-Identifier: MIT\n\n\
            from .rules import rules\n\n\ndef handler(event, context):\n    \"\"\"Prices.\"\"\"\n    \
            total = event[\"amount\"]\n    labels = []\n    total = rules(total)\n    if total > 40:\n        \
            total = 7\n    labels.append(\"paid\")\n    total = total * 3\n    return {\n        \
            \"total\": total,\n        \"labels\": labels,\n    }\n";
        assert_eq!(source.render(), text);
    }
}

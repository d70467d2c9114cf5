//! Binding of a call's arguments, one way for every function and method.
//!
//! A function states its parameters as text, `"dim, *, skipna, keep_attrs, numeric_only=False"`:
//!
//! - `name`: optional, `name!`: required; parameters behind a lone `*` are passed by keyword only;
//! - `*name` takes further positional arguments, `**name` further keyword arguments;
//! - `name~`: accepted and without effect here;
//! - `name=VALUE`: exists in the original and isn't supported unless it is this value, which is its default.

use indexmap::IndexMap;
use rustpython_vm::builtins::PyStr;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// One parameter, as its text states it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Parameter {
    Taken { name: &'static str, required: bool },
    Harmless { name: &'static str },
    Unsupported { name: &'static str, default: &'static str },
}

impl Parameter {
    fn parse(text: &'static str) -> Parameter {
        if let Some((name, default)) = text.split_once('=') {
            return Parameter::Unsupported { name, default };
        }
        if let Some(name) = text.strip_suffix('~') {
            return Parameter::Harmless { name };
        }
        match text.strip_suffix('!') {
            Some(name) => Parameter::Taken { name, required: true },
            None => Parameter::Taken { name: text, required: false },
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Parameter::Taken { name, .. } | Parameter::Harmless { name } | Parameter::Unsupported { name, .. } => name,
        }
    }
}

/// The arguments of one call, bound to the names of their parameters.
pub(super) struct Arguments<'a> {
    /// The machine that the call runs on.
    pub vm: &'a VirtualMachine,
    /// Name of the function, for messages.
    pub function: &'a str,
    values: Vec<(&'static str, PyObjectRef)>,
    /// Positional arguments of `*name`.
    pub rest: Vec<PyObjectRef>,
    /// Keyword arguments of `**name`.
    pub keywords: IndexMap<String, PyObjectRef>,
}

impl<'a> Arguments<'a> {
    /// Binds what a call passed.
    ///
    /// # Errors
    /// `TypeError` for what doesn't fit the parameters, `NotImplementedError` for what isn't supported here.
    pub fn bind(
        function: &'a str,
        parameters: &'static str,
        passed: FuncArgs,
        vm: &'a VirtualMachine,
    ) -> PyResult<Arguments<'a>> {
        let mut bound = Arguments { vm, function, values: Vec::new(), rest: Vec::new(), keywords: IndexMap::new() };
        let mut positional = passed.args.into_iter();
        let mut keywords = passed.kwargs;
        let (mut by_position, mut takes_keywords) = (true, false);
        let mut names = Vec::new();
        let mut missing = None;
        for text in parameters.split(',').map(str::trim).filter(|text| !text.is_empty()) {
            if text.starts_with("**") {
                takes_keywords = true;
                continue;
            }
            if let Some(rest) = text.strip_prefix('*') {
                by_position = false;
                if !rest.is_empty() {
                    bound.rest = positional.by_ref().collect();
                }
                continue;
            }
            let parameter = Parameter::parse(text);
            let name = parameter.name();
            names.push(name);
            let by_keyword = keywords.shift_remove(name);
            let value = match if by_position { positional.next() } else { None } {
                Some(_) if by_keyword.is_some() => {
                    return Err(vm.new_type_error(format!("{function}() got multiple values for argument '{name}'")));
                }
                Some(value) => Some(value),
                None => by_keyword,
            };
            match (parameter, value) {
                (Parameter::Taken { .. }, Some(value)) => bound.values.push((name, value)),
                (Parameter::Taken { required: true, .. }, None) => missing = missing.or(Some(name)),
                (Parameter::Unsupported { default, .. }, Some(value)) => bound.refuse(name, default, &value)?,
                _ => {}
            }
        }
        let excess = positional.len();
        if excess > 0 {
            return Err(vm.new_type_error(format!("{function}() takes {excess} positional arguments less")));
        }
        if takes_keywords {
            bound.keywords = keywords;
        } else if let Some((unknown, _)) = keywords.first() {
            let hint = super::errors::nearest(unknown, &names).map(|name| format!(". Did you mean '{name}'?"));
            let message = format!("{function}() got an unexpected keyword argument '{unknown}'");
            return Err(vm.new_type_error(message + &hint.unwrap_or_default()));
        }
        match missing {
            Some(name) => Err(vm.new_type_error(format!("{function}() missing required argument '{name}'"))),
            None => Ok(bound),
        }
    }

    /// Raises unless a value is the default of an unsupported parameter.
    fn refuse(&self, name: &str, default: &str, value: &PyObjectRef) -> PyResult<()> {
        let shown = value.repr(self.vm)?.to_string_lossy().into_owned();
        if shown == default {
            return Ok(());
        }
        let message = format!("{}({name}={shown}) is not supported by swath: only {name}={default} is", self.function);
        Err(self.vm.new_not_implemented_error(message))
    }

    /// All that was passed, behind another argument: for a function with the same parameters and one more before them.
    pub fn passed_behind(&self, first: PyObjectRef) -> FuncArgs {
        let named = self.values.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let keywords = self.keywords.iter().map(|(name, value)| (name.clone(), value.clone()));
        FuncArgs {
            args: std::iter::once(first).chain(self.rest.iter().cloned()).collect(),
            kwargs: named.chain(keywords).collect(),
        }
    }

    /// A value that was passed, even `None`.
    pub fn given(&self, name: &str) -> Option<&PyObjectRef> {
        self.values.iter().find(|(taken, _)| *taken == name).map(|(_, value)| value)
    }

    /// A value that was passed and isn't `None`.
    pub fn get(&self, name: &str) -> Option<&PyObjectRef> {
        self.given(name).filter(|value| !self.vm.is_none(value))
    }

    /// The value of a required parameter.
    ///
    /// # Panics
    /// Where the parameter isn't marked as required.
    pub fn required(&self, name: &str) -> &PyObjectRef {
        self.given(name).expect("binding raises where a required argument is missing")
    }

    /// A truth value, `None` where it wasn't passed or is `None`.
    pub fn bool(&self, name: &str) -> PyResult<Option<bool>> {
        self.get(name).map(|value| value.clone().try_to_bool(self.vm)).transpose()
    }

    /// A string, `None` where it wasn't passed or is `None`.
    ///
    /// # Errors
    /// `TypeError` where it is something else.
    pub fn string(&self, name: &str) -> PyResult<Option<String>> {
        self.get(name)
            .map(|value| match value.downcast_ref::<PyStr>() {
                Some(text) => Ok(text.to_string_lossy().into_owned()),
                None => Err(self.type_error(name, "a string", value)),
            })
            .transpose()
    }

    /// A `TypeError` that says what was expected of an argument.
    pub fn type_error(
        &self,
        name: &str,
        expected: &str,
        found: &PyObjectRef,
    ) -> rustpython_vm::builtins::PyBaseExceptionRef {
        let found = found.class().name().to_string();
        self.vm.new_type_error(format!("{}({name}=...) expects {expected}, found {found}", self.function))
    }
}

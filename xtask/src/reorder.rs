//! Writes a module anew with its functions in another order.

use wasm_encoder::CodeSection;
use wasm_encoder::FunctionSection;
use wasm_encoder::Module;
use wasm_encoder::reencode::Error;
use wasm_encoder::reencode::Reencode;
use wasmparser::BinaryReaderError;
use wasmparser::CodeSectionReader;
use wasmparser::FunctionBody;
use wasmparser::FunctionSectionReader;
use wasmparser::Parser;
use wasmparser::Payload;
use wasmparser::TypeRef;

use crate::Step;
use crate::likeness;

/// Numbers that take one byte where a function is called.
const SHORT: usize = 128;

/// The module with its functions ordered by likeness, but for those that are called most.
pub(crate) fn by_likeness(module: &[u8]) -> Step<Vec<u8>> {
    let told = |error: &dyn std::fmt::Display| format!("ordering functions: {error}");
    let (imports, bodies) = functions(module).map_err(|error| told(&error))?;
    let texts: Vec<&[u8]> = bodies.iter().map(FunctionBody::as_bytes).collect();
    let order = likeness::order(&texts, SHORT.saturating_sub(imports));
    let mut places = vec![0; order.len()];
    order.iter().enumerate().for_each(|(place, body)| places[*body] = place);
    let mut out = Module::new();
    Reordered { imports, order, places }
        .parse_core_module(&mut out, Parser::new(0), module)
        .map_err(|error| told(&error))?;
    Ok(out.finish())
}

/// How many functions are imported, and the bodies of the others.
fn functions(module: &[u8]) -> Result<(usize, Vec<FunctionBody<'_>>), BinaryReaderError> {
    let (mut imports, mut bodies) = (0, Vec::new());
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    imports += usize::from(matches!(import?.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body),
            _ => {}
        }
    }
    Ok((imports, bodies))
}

/// Numbers of functions as they become.
struct Reordered {
    imports: usize,
    /// For each place the body that comes there.
    order: Vec<usize>,
    /// For each body its place.
    places: Vec<usize>,
}

type Reencoded<T = ()> = Result<T, Error>;

impl Reencode for Reordered {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Reencoded<u32> {
        let place = (function as usize).checked_sub(self.imports).and_then(|body| self.places.get(body));
        Ok(place.map_or(function, |place| u32::try_from(self.imports + place).unwrap_or(function)))
    }

    fn parse_function_section(
        &mut self,
        out: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Reencoded {
        let types = section.into_iter().collect::<Result<Vec<u32>, _>>()?;
        for body in &self.order {
            out.function(types[*body]);
        }
        Ok(())
    }

    fn parse_code_section(&mut self, out: &mut CodeSection, section: CodeSectionReader<'_>) -> Reencoded {
        let bodies = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for body in self.order.clone() {
            self.parse_function_body(out, bodies[body].clone())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::CodeSection;
    use wasm_encoder::ExportKind;
    use wasm_encoder::ExportSection;
    use wasm_encoder::Function;
    use wasm_encoder::TypeSection;
    use wasm_encoder::ValType;

    use super::*;

    /// A module of functions that each call the one before, exported by their numbers.
    fn chain(length: u32) -> Vec<u8> {
        let (mut types, mut functions, mut exports, mut code) =
            (TypeSection::new(), FunctionSection::new(), ExportSection::new(), CodeSection::new());
        types.ty().function([ValType::I32], [ValType::I32]);
        for number in 0..length {
            functions.function(0);
            exports.export(&number.to_string(), ExportKind::Func, number);
            let mut function = Function::new([]);
            let mut body = function.instructions();
            body.i32_const(i32::try_from(number % 3).unwrap()).local_get(0).i32_add();
            if number > 0 {
                body.call(number - 1);
            }
            body.end();
            code.function(&function);
        }
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&exports).section(&code);
        module.finish()
    }

    /// For each export the export that it calls.
    fn calls(module: &[u8]) -> Vec<(String, Option<String>)> {
        let (_, bodies) = functions(module).unwrap();
        let mut names = std::collections::BTreeMap::new();
        for payload in Parser::new(0).parse_all(module) {
            if let Payload::ExportSection(section) = payload.unwrap() {
                for export in section {
                    let export = export.unwrap();
                    names.insert(export.index, export.name.to_owned());
                }
            }
        }
        let called = |body: &FunctionBody<'_>| {
            body.get_operators_reader().unwrap().into_iter().find_map(|operator| match operator.unwrap() {
                wasmparser::Operator::Call { function_index } => Some(names[&function_index].clone()),
                _ => None,
            })
        };
        names.iter().map(|(index, name)| (name.clone(), called(&bodies[*index as usize]))).collect()
    }

    #[test]
    fn everything_calls_what_it_called() {
        let before = chain(400);
        let after = by_likeness(&before).unwrap();
        assert_ne!(before, after);
        assert_eq!(before.len(), after.len());
        let sorted = |module: &[u8]| {
            let mut calls = calls(module);
            calls.sort();
            calls
        };
        assert_eq!(sorted(&before), sorted(&after));
        assert_eq!(by_likeness(&before).unwrap(), after, "the same every time");
    }

    #[test]
    fn what_is_no_module_is_told() {
        assert!(by_likeness(b"no module").unwrap_err().starts_with("ordering functions"));
    }
}

// In the place of a module that is imported and not used.
export {};
